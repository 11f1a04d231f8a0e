import type { ConfEntry, ConfSource } from '../../engine/conf/conf-source.ts';
import type { EngineVersion } from '../../model/engine-version.ts';
import { commandsOf, findOption } from '../../model/option-table.ts';
import type { SourcePosition } from '../../model/source-position.ts';
import type { DraftNote } from '../draft.ts';
import type { Behaviour } from './behaviour.ts';
import { positionOfEntry } from './given-setting.ts';

/** A line that makes the engine fail, and for which commands. */
export interface RefusedLine {
  readonly entry: ConfEntry;
  readonly code: number;
  readonly problem: string;
  readonly commands: readonly string[];
}

/**
 * Lines that the engine refuses; without them the commands run that it refuses now. A line that is right for another
 * command is not one of them: a protocol-timeout may be too short for `backup` and good for `restore`.
 */
export function refusedLines(behaviours: readonly Behaviour[]): Map<ConfEntry, RefusedLine> {
  const found = new Map<ConfEntry, RefusedLine>();
  for (const { command, resolved } of behaviours) {
    for (const { entry, code, problem } of resolved.errors) {
      // Errors about several options at once name one of them, which may be right in itself.
      if (entry === undefined) continue;
      const commands = found.get(entry)?.commands ?? [];
      found.set(entry, { entry, code, problem, commands: [...new Set([...commands, command])] });
    }
  }
  for (const { resolved } of behaviours) {
    const wrong = new Set(resolved.errors.map(({ entry }) => entry));
    for (const { entry } of resolved.values.values()) {
      if (entry !== undefined && !wrong.has(entry)) found.delete(entry);
    }
  }
  return found;
}

/** Variables that make the engine fail, with the reason. */
export function refusedVariables(behaviours: readonly Behaviour[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const { resolved } of behaviours) {
    for (const { option, problem, code } of resolved.errors) {
      if (option?.startsWith('PGBACKREST_') === true)
        found.set(option, `[${String(code).padStart(3, '0')}]): ${problem}`);
    }
  }
  return found;
}

/** What is to be told of lines that are not carried over because they have no effect, or only the effect of an error. */
export function noteUnusedLines(
  sources: readonly ConfSource[],
  behaviours: readonly Behaviour[],
  stanzas: readonly string[],
  version: EngineVersion,
): DraftNote[] {
  const refused = refusedLines(behaviours);
  const used = usedNames(behaviours);
  return sources.flatMap((source) => [
    ...source.badLines.map((line) => noteBadLine(line, source)),
    ...source.entries.flatMap((entry): DraftNote[] => {
      const position = positionOfEntry(entry, source);
      const refusal = refused.get(entry);
      if (refusal !== undefined) return [noteRefused(refusal, position)];
      if (used.has(`${entry.section} ${entry.name}`)) return [];
      const why = whyWithoutEffect(entry, behaviours, stanzas, version);
      return [{ kind: 'no-effect', severity: 'advice', what: entry.name, why, position }];
    }),
  ]);
}

/** All lines of a list count when its first one does. */
function usedNames(behaviours: readonly Behaviour[]): ReadonlySet<string> {
  const used = new Set<string>();
  for (const { resolved } of behaviours) {
    for (const { entry } of resolved.values.values()) {
      if (entry !== undefined) used.add(`${entry.section} ${entry.name}`);
    }
  }
  return used;
}

function noteBadLine(line: ConfSource['badLines'][number], source: ConfSource): DraftNote {
  const before = source.text.slice(0, line.start);
  const position = {
    file: source.file,
    line: before.split('\n').length,
    column: line.start - (before.lastIndexOf('\n') + 1) + 1,
  };
  return {
    kind: 'not-carried',
    severity: 'critical',
    what: 'a line that is no option',
    why: `With this line the engine refuses every command ([029]): ${line.problem}.`,
    position,
  };
}

function noteRefused({ entry, code, problem, commands }: RefusedLine, position: SourcePosition): DraftNote {
  const number = String(code).padStart(3, '0');
  return {
    kind: 'not-carried',
    severity: 'critical',
    what: entry.name,
    why: `With this line the engine refuses ${listed(commands)} ([${number}]): ${problem}. Without it they run.`,
    position,
  };
}

function whyWithoutEffect(
  entry: ConfEntry,
  behaviours: readonly Behaviour[],
  stanzas: readonly string[],
  version: EngineVersion,
): string {
  for (const { resolved } of behaviours) {
    const warning = resolved.warnings.find((candidate) => candidate.entry === entry);
    if (warning !== undefined) return `The engine warns and goes on without it: ${warning.problem}.`;
  }
  const [base = '', command] = entry.section.split(':', 2);
  if (command !== undefined && !commandsOf(version).includes(command)) {
    return `There is no command ${command}, so the engine never reads [${entry.section}].`;
  }
  if (base !== 'global' && !stanzas.includes(base)) return `Nothing runs for a stanza ${base}.`;
  const depend = findOption(entry.name, version)?.option.depend;
  if (depend !== undefined) {
    const values = depend.values === undefined ? 'is set' : `is ${depend.values.map(asWritten).join(' or ')}`;
    return `It counts only where ${depend.option} ${values}, and nowhere is that so.`;
  }
  return 'Another section, or a variable of the environment, comes before it for every command.';
}

function asWritten(value: string): string {
  return value === 'true' ? 'y' : value === 'false' ? 'n' : value;
}

/** The first few, so that a line stays a line. */
export function listed(things: readonly string[]): string {
  if (things.length <= 4) return things.join(', ');
  return `${things.slice(0, 3).join(', ')} and ${things.length - 3} more`;
}
