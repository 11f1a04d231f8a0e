import { forEachChild, type Assignment, type Command, type HereDoc, type SyntaxNode } from 'unbash';
import { detectContent, isCronLine } from '../../detect-content.ts';
import { detectKind } from '../../detect-kind.ts';
import type { CommandList, DocumentFacts, Invocation, Variable } from '../../facts.ts';
import type { LintDocument, PlacedText } from '../../lint-document.ts';
import { embedText } from './embed-text.ts';
import { mapPlaced, mapRange, type MappedText } from './mapped-text.ts';
import { parseShell } from './parse-shell.ts';
import { listCommands, prepareShellText, readCommandList } from './read-command-list.ts';
import { readRange, readWord, type ShellSource } from './read-word.ts';
import { lineAround, linesOf } from './text-lines.ts';

/** PowerShell and cmd look a little like a shell; nothing is said of them. */
const powerShell =
  /^[ \t]*(?:param\s*\(|function\s+[A-Z]\w+-\w+|\$\w+\s*=|Write-(?:Host|Output|Error)\b|(?:Get|Set|New|Remove|Start|Stop|Invoke|Test)-[A-Z]\w+|@echo off)/m;

/**
 * Reads a shell script or a block of commands: its commands, the variables it sets, and the files it writes through
 * here-documents, `echo … >> FILE` and `psql -c`. Lines of a crontab among the commands (as in a block that first
 * says `crontab -e`) are a crontab of their own.
 */
export function readShell(document: LintDocument): DocumentFacts {
  if (powerShell.test(document.text)) return { document };
  const whole = mapRange(document, 0, document.text.length);
  const source = prepareShellText(whole, 'shell');
  const list = readCommandList({ document, start: 0, end: document.text.length }, 'shell');
  const cron = cronLinesOf(document, list);
  const kept = cron.length === 0 ? list : without(list, cron);
  const nodes = nodesOf(source);
  const embedded = [
    ...hereDocuments(source, nodes),
    ...kept.commands.flatMap((command) => embeddedIn(command)),
    ...(cron.length === 0 ? [] : [embedText(joinRanges(document, cron), 'crontab', undefined)]),
  ];
  return { document, commandLists: [kept], variables: variablesOf(source, nodes), embedded };
}

interface Range {
  readonly start: number;
  readonly end: number;
}

function cronLinesOf(document: LintDocument, list: CommandList): readonly Range[] {
  const starts = new Set(
    list.commands
      .filter((command) => /^(?:@[a-z]+|[\d*][\d*,/-]*)$/.test(command.words[0]?.value ?? ''))
      .map((command) => lineAround(document.text, command.place.start).start),
  );
  return linesOf(document.text)
    .filter((line) => starts.has(line.start) && isCronLine(line.text))
    .map((line) => ({ start: line.start, end: line.next }));
}

function without(list: CommandList, ranges: readonly Range[]): CommandList {
  const kept = list.commands.filter(
    ({ place }) => !ranges.some((range) => place.start >= range.start && place.start < range.end),
  );
  return listCommands(list.place, list.use, kept);
}

function joinRanges(document: LintDocument, ranges: readonly Range[]): MappedText {
  const parts = ranges.map((range) => mapRange(document, range.start, range.end));
  return {
    document,
    text: parts.map((part) => part.text).join(''),
    offsets: parts.flatMap((part) => part.offsets),
    end: parts.at(-1)?.end ?? 0,
  };
}

function nodesOf(source: ShellSource): readonly SyntaxNode[] {
  const found: SyntaxNode[] = [];
  const visit = (node: SyntaxNode): void => {
    // The text of escaped backticks has places of its own.
    if (node.type === 'Script' && node.source !== undefined) return;
    found.push(node);
    forEachChild(node, visit);
  };
  visit(parseShell(source.masked));
  return found;
}

/** What `cat > FILE <<EOF` and `tee FILE <<EOF` write. */
function hereDocuments(source: ShellSource, nodes: readonly SyntaxNode[]): LintDocument[] {
  return nodes.flatMap((node) => {
    if (node.type !== 'Command') return [];
    const here = node.redirects.find((part): part is HereDoc => part.type === 'HereDoc');
    if (here === undefined || isShellInput(node)) return [];
    const { document } = source.mapped;
    const destination = writtenFile(source, node);
    const text = source.mapped.text.slice(here.body.pos, here.body.end);
    const kind = destination === undefined ? detectContent(text, undefined) : detectKind(destination, text);
    if (kind === 'unknown') return [];
    return [embedText(mapRange(document, here.body.pos, here.body.end), kind, destination)];
  });
}

/** A shell's input is read with the commands round it. */
function isShellInput(node: Command): boolean {
  return [node.name, ...node.args].some(
    (word) => word?.type === 'Word' && /^(?:.*\/)?(?:ba|da|z|k|a)?sh$|^ssh$/.test(word.value),
  );
}

function writtenFile(source: ShellSource, node: Command): string | undefined {
  const words = [node.name, ...node.args].flatMap((word) => (word?.type === 'Word' ? [word.value] : []));
  const tee = words.indexOf('tee');
  if (tee >= 0) return words.slice(tee + 1).find((word) => !word.startsWith('-'));
  const target = node.redirects.find((part) => part.type === 'Redirect' && part.operator.startsWith('>'));
  if (target?.type !== 'Redirect' || target.target === undefined) return undefined;
  return readWord(source, target.target).value;
}

/** What a command writes into a file or runs in the server by its words. */
function embeddedIn(command: Invocation): LintDocument[] {
  if (command.program === 'echo' || command.program === 'printf')
    return command.words.slice(1).flatMap((word) => written(command, word));
  if (command.program !== 'psql') return [];
  return command.words.flatMap((word, index) => {
    const isStatement = ['-c', '--command'].includes(command.words[index - 1]?.value ?? '');
    return isStatement && /^\s*ALTER\s+SYSTEM\b/i.test(word.value)
      ? [embedText(mapPlaced(word), 'postgresql-conf', undefined)]
      : [];
  });
}

function written(command: Invocation, word: PlacedText): LintDocument[] {
  const target = /^\d?>>?\s*(\S+)$/.exec(command.redirections[0]?.value ?? '')?.[1]?.replaceAll(/["']/g, '');
  const next = command.script.commands[command.index + 1];
  const piped = next?.after === '|' && ['crontab', 'tee'].includes(next.program) ? next : undefined;
  if (isCronLine(word.value) && (target !== undefined || piped !== undefined))
    return [embedText(mapPlaced(word), 'crontab', target)];
  const file = target ?? piped?.words.at(-1)?.value;
  if (file === undefined || file === '/dev/null') return [];
  const kind = detectKind(file, word.value);
  return kind === 'postgresql-conf' || kind === 'pgbackrest-conf'
    ? [embedText(mapPlaced(word), kind, file)]
    : [];
}

function variablesOf(source: ShellSource, nodes: readonly SyntaxNode[]): Variable[] {
  const found = nodes.flatMap((node) => {
    if (node.type === 'Assignment') return [assignmentOf(source, node)];
    return node.type === 'Command' ? exportedBy(source, node) : [];
  });
  return found.toSorted((left, right) => left.name.start - right.name.start);
}

function assignmentOf(source: ShellSource, node: Assignment): Variable {
  const value =
    node.value.type === 'Word'
      ? readWord(source, node.value)
      : { ...readRange(source, node.value.pos, node.value.end), unknown: true };
  return variable(source, readRange(source, node.pos, node.pos + node.name.length), value);
}

/** `export A B`: given to every program that follows, with values from elsewhere. */
function exportedBy(source: ShellSource, node: Command): Variable[] {
  if (node.name?.value !== 'export') return [];
  return node.args.flatMap((word) => {
    if (word.type !== 'Word' || !/^[A-Za-z_]\w*$/.test(word.value)) return [];
    const name = readWord(source, word);
    return [variable(source, name, { ...name, start: name.end, value: '', unknown: true })];
  });
}

function variable(source: ShellSource, name: PlacedText, value: PlacedText): Variable {
  const { document } = source.mapped;
  return { name, value, via: 'shell', line: { document, ...lineAround(document.text, name.start) } };
}
