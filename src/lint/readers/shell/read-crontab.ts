import { commandsOf } from '../../../model/option-table.ts';
import type { CommandList, DocumentFacts, Schedule, Variable } from '../../facts.ts';
import type { LintDocument, PlacedText } from '../../lint-document.ts';
import { holdsPlaceholder } from '../../placeholder.ts';
import { listCommands, readCommandList } from './read-command-list.ts';
import { linesOf, type TextLine } from './text-lines.ts';

/** Fields of a line by crontab(5): five or an `@` word, in system crontabs a user, the command. */
const cronLine =
  /^(\s*)((?:@[a-z]+)|(?:(?:\{\{.*?\}\}|\S+)(?:[ \t]+(?:\{\{.*?\}\}|\S+)){4}))([ \t]+)(?=\S)(.*)$/i;
const variableLine = /^\s*(?:"([^"]+)"|'([^']+)'|([A-Za-z_]\w*))\s*=\s*(.*?)\s*$/;

/** Names that are users and no programs, where a line says nothing else. */
const userNames =
  /^(?:root|postgres|pgbackrest|pgbackup|backup|barman|enterprisedb|postgresql|nobody|dba|\{\{.*?\}\})$/;

/**
 * Reads a crontab: of a user, or of the system with a column for the user (`/etc/crontab`, `/etc/cron.d/`). Where
 * its path does not tell, the sixth field does: a user's name or a program. A command ends at the first `%` that is
 * not escaped, as cron(8) sees it; the place of its list is the whole rest of the line.
 */
export function readCrontab(document: LintDocument): DocumentFacts {
  const variables: Variable[] = [];
  const schedules: Schedule[] = [];
  let zone: string | undefined;
  for (const line of linesOf(document.text)) {
    if (/^\s*(?:#.*)?$/.test(line.text)) continue;
    const variable = readVariable(document, line);
    if (variable !== undefined) {
      variables.push(variable);
      if (variable.name.value === 'CRON_TZ') zone = variable.value.value;
      continue;
    }
    const schedule = readLine(document, line, zone);
    if (schedule !== undefined) schedules.push(schedule);
  }
  const commandLists = schedules.flatMap((schedule) => schedule.commands ?? []);
  return { document, variables, schedules, commandLists };
}

/** True when lines of it have a column for the user, by where it lies. */
export function isSystemCrontab(document: LintDocument): boolean {
  const path = document.destination ?? document.file;
  return /(?:^|\/)cron\.d\/[^/]+$|^\/etc\/crontab$/.test(path);
}

/** True when the sixth field of a line can only be the user who runs it. */
function startsWithUser(command: string): boolean {
  const [first = '', second = '-'] = command.match(/\{\{.*?\}\}|\S+/g) ?? [];
  return userNames.test(first) && !second.startsWith('-') && !commandsOf().includes(second);
}

function readVariable(document: LintDocument, line: TextLine): Variable | undefined {
  const found = variableLine.exec(line.text);
  if (!found) return undefined;
  const name = found[1] ?? found[2] ?? found[3] ?? '';
  const written = found[4] ?? '';
  const value = written.replace(/^(["'])(.*)\1$/, '$2');
  const valueStart = line.start + line.text.lastIndexOf(written);
  const shift = value === written ? 0 : 1;
  const nameStart = line.start + line.text.indexOf(name);
  return {
    name: placed(document, nameStart, name),
    value: placed(document, valueStart + shift, value),
    via: 'crontab',
    line: { document, start: line.start, end: line.next },
  };
}

function readLine(document: LintDocument, line: TextLine, zone: string | undefined): Schedule | undefined {
  const found = cronLine.exec(line.text);
  if (!found) return undefined;
  const [, indentation = '', expression = '', gap = '', after = ''] = found;
  if (!/^[@\d*{a-z]/i.test(expression) || !isExpression(expression)) return undefined;
  const start = line.start + indentation.length;
  // Schedulers other than cron have fields for seconds and years.
  const more = /^(?:[\d*?][\d*?L#/,-]*[ \t]+){1,2}(?=\S)/.exec(after)?.[0] ?? '';
  const rest = after.slice(more.length);
  const commandStart = start + expression.length + gap.length + more.length + userLength(document, rest);
  const placedExpression = placed(document, start, `${expression}${more === '' ? '' : gap}${more.trimEnd()}`);
  return {
    place: { document, start, end: line.end },
    name: undefined,
    syntax: 'cron',
    expressions: [{ ...placedExpression, unknown: placedExpression.unknown || more !== '' }],
    zone,
    commands: readCommand(document, commandStart, line.end),
    backupType: undefined,
  };
}

/** Five fields that a crontab can have; words of a sentence are none. */
function isExpression(text: string): boolean {
  if (text.startsWith('@'))
    return /^@(?:reboot|yearly|annually|monthly|weekly|daily|midnight|hourly)$/i.test(text);
  const fields = text.match(/\{\{.*?\}\}|\S+/g) ?? [];
  return fields.every(
    (field) => holdsPlaceholder(field) || /^(?:[\d*?L#/,~-]|[a-z]{3}(?![a-z]))+$/i.test(field),
  );
}

function userLength(document: LintDocument, rest: string): number {
  if (!startsWithUser(rest) && !(isSystemCrontab(document) && isPlainWord(rest))) return 0;
  return /^(?:\{\{.*?\}\}|\S+)[ \t]+/.exec(rest)?.[0].length ?? 0;
}

/** In a system crontab the sixth field is a user unless it can be no name: a path or a known program. */
function isPlainWord(rest: string): boolean {
  const [first = '', second] = rest.split(/[ \t]+/);
  return second !== undefined && /^[a-z_][\w-]*$/i.test(first) && !knownPrograms.has(first);
}

const knownPrograms = new Set([
  'pgbackrest',
  'bash',
  'sh',
  'sudo',
  'su',
  'docker',
  'nice',
  'flock',
  'test',
  'cd',
  'env',
]);

function readCommand(document: LintDocument, start: number, end: number): CommandList {
  const text = document.text.slice(start, end);
  const percent = /(?<!\\)%/.exec(text)?.index ?? text.length;
  const list = readCommandList({ document, start, end: start + percent }, 'schedule');
  return listCommands({ document, start, end }, list.use, list.commands);
}

function placed(document: LintDocument, start: number, value: string): PlacedText {
  return { document, start, end: start + value.length, value, unknown: holdsPlaceholder(value) };
}
