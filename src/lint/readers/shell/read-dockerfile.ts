import type { CommandList, DocumentFacts, Variable } from '../../facts.ts';
import type { LintDocument, Place, PlacedText } from '../../lint-document.ts';
import { holdsPlaceholder } from '../../placeholder.ts';
import { readAssignments } from './read-assignments.ts';
import { listCommands, readCommandList } from './read-command-list.ts';
import { programName, unwrapWords } from './unwrap-words.ts';
import { linesOf } from './text-lines.ts';

/** An instruction with its arguments, which may go over several lines. */
interface Step {
  readonly keyword: string;
  readonly start: number;
  readonly end: number;
  readonly line: Place;
}

/** Reads a Dockerfile: what RUN, CMD, ENTRYPOINT and HEALTHCHECK run, and the variables of ENV. */
export function readDockerfile(document: LintDocument): DocumentFacts {
  const steps = stepsOf(document);
  return {
    document,
    commandLists: steps.flatMap((step) => commandsOf(document, step)),
    variables: steps.flatMap((step) => variablesOf(document, step)),
  };
}

function stepsOf(document: LintDocument): Step[] {
  const steps: Step[] = [];
  const lines = linesOf(document.text);
  for (let at = 0; at < lines.length; at += 1) {
    const first = lines[at];
    const found = /^(\s*)([A-Za-z]+)(\s+)(?=\S)/.exec(first?.text ?? '');
    if (first === undefined || found === null) continue;
    const hereWord = /<<-?\s*["']?(\w+)["']?/.exec(first.text)?.[1];
    while (continues(lines[at]?.text ?? '', hereWord) && at + 1 < lines.length) at += 1;
    const last = lines[at] ?? first;
    steps.push({
      keyword: (found[2] ?? '').toUpperCase(),
      start: first.start + found[0].length,
      end: last.end,
      line: { document, start: first.start, end: last.next },
    });
  }
  return steps;
}

/** A here-document goes on until its word; else a line goes on after a backslash, and comments in between count. */
function continues(line: string, hereWord: string | undefined): boolean {
  return hereWord === undefined ? /\\\s*$|^\s*#/.test(line) : line.trim() !== hereWord;
}

function commandsOf(document: LintDocument, step: Step): CommandList[] {
  const keyword = step.keyword === 'HEALTHCHECK' ? 'CMD' : step.keyword;
  if (!['RUN', 'CMD', 'ENTRYPOINT'].includes(keyword)) return [];
  const text = document.text.slice(step.start, step.end);
  const options = /^(?:--[\w-]+(?:=\S*)?\s+)*(?:CMD\s+)?/.exec(text)?.[0].length ?? 0;
  const place = { document, start: step.start + options, end: step.end };
  const words = execWords(document, place);
  if (words === undefined) return [readCommandList(withoutComments(place), 'container')];
  return [listWords(place, words)];
}

/** Lines of comments between lines that go on are no part of the command (Dockerfile reference, "Format"). */
function withoutComments(place: Place): PlacedText {
  const text = place.document.text.slice(place.start, place.end);
  const value = text.replaceAll(/(?<=\n)[ \t]*#[^\n]*\n/g, (found) => ' '.repeat(found.length));
  return { ...place, value, unknown: false };
}

/** The words of a command that is given as a list, without a shell between. */
function listWords(place: Place, words: readonly PlacedText[]): CommandList {
  const { line, wrappers, words: rest } = unwrapWords(words);
  if (line !== undefined) {
    const inner = readCommandList(line, 'container').commands;
    return listCommands(
      place,
      'container',
      inner.map((command) => ({ ...command, wrappers: [...wrappers, ...command.wrappers] })),
    );
  }
  const base = { assignments: [], redirections: [], after: undefined };
  return listCommands(place, 'container', [
    { ...base, place, words: rest, program: programName(rest[0]), wrappers },
  ]);
}

/** `["pgbackrest", "info"]`; undefined when it is no such list. */
function execWords(document: LintDocument, place: Place): readonly PlacedText[] | undefined {
  const text = document.text.slice(place.start, place.end);
  if (!/^\s*\[[\s\S]*\]\s*$/.test(text)) return undefined;
  const words: PlacedText[] = [];
  for (const found of text.matchAll(/"((?:[^"\\]|\\.)*)"/g)) {
    const start = place.start + found.index + 1;
    const written = found[1] ?? '';
    const value = written.replaceAll(/\\(["\\/])/g, '$1');
    words.push({
      document,
      start,
      end: start + written.length,
      value,
      unknown: holdsPlaceholder(value),
    });
  }
  return words.length === 0 ? undefined : words;
}

/** `ENV A=b C="d e"` and the older `ENV A b c`. */
function variablesOf(document: LintDocument, step: Step): Variable[] {
  if (step.keyword !== 'ENV') return [];
  const place = { document, start: step.start, end: step.end };
  const old = /^([A-Za-z_]\w*)[ \t]+([^=].*)$/.exec(document.text.slice(step.start, step.end));
  if (old) {
    const [, name = '', value = ''] = old;
    const start = step.end - value.length;
    return [
      {
        name: placed(document, step.start, name),
        value: placed(document, start, value),
        via: 'dockerfile',
        line: step.line,
      },
    ];
  }
  return readAssignments(place, 'dockerfile', step.line);
}

function placed(document: LintDocument, start: number, value: string): PlacedText {
  return { document, start, end: start + value.length, value, unknown: holdsPlaceholder(value) };
}
