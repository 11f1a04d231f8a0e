import type { CommandList, CommandUse, Invocation } from '../../facts.ts';
import type { Place, PlacedText } from '../../lint-document.ts';
import { collectCommands, type FoundCommand } from './collect-commands.ts';
import { findLocalFunctions, unwrapFunction } from './local-functions.ts';
import { mapPlaced, mapRange, placeIn, type MappedText } from './mapped-text.ts';
import { literalCharacter, maskCharacter, maskPlaceholders, maskPrompts } from './mask-placeholders.ts';
import { parseShell } from './parse-shell.ts';
import type { ShellSource } from './read-word.ts';
import { programName, unwrapWords, type Unwrapped } from './unwrap-words.ts';

/** Lines in lines (`ssh host "sudo bash -c '…'"`) are followed this deep. */
const deepest = 6;

/** `archive_command` and `restore_command` are filled in by the server (PostgreSQL 15, 26.3.1): `%p` is a path. */
const serverPlaceholder = /%[pfr]/g;
/** systemd.unit(5), "Specifiers"; `%%` is a percent sign. */
const unitSpecifier = /%%|%[a-zA-Z]/g;
/** Not of a shell's language in ExecStart= (systemd.service(5), "Command lines"): words, or parts of words. */
const unitLiteral = /[|&;<>()]/g;

/** A command that is in no list yet. */
export type Draft = Omit<Invocation, 'script' | 'index' | 'use'>;

/**
 * Reads shell text: every simple command in order, without what only runs another program (`sudo`, `docker exec`,
 * `ssh`, `bash -c`, `nice` …), also out of pipelines, conditions, loops, functions, `$(…)` and here-documents that a
 * shell reads. Placeholders (`{{ x }}`, `<name>`, `$X`, and `%p` or `%i` where the use has them) make a word unknown.
 * Broken text gives what can be read of it; it never throws.
 *
 * @param text a range of a document, or a value in one whose quotes were taken off
 */
export function readCommandList(text: PlacedText | Place, use: CommandUse): CommandList {
  const mapped = 'value' in text ? mapPlaced(text) : mapRange(text.document, text.start, text.end);
  const place = { document: text.document, start: text.start, end: text.end };
  return listCommands(place, use, readDrafts(mapped, use, 0));
}

/** A list of these commands, each knowing its list and its place there. */
export function listCommands(place: Place, use: CommandUse, drafts: readonly Draft[]): CommandList {
  const commands: Invocation[] = [];
  const script: CommandList = { place, use, commands };
  for (const draft of drafts) commands.push({ ...draft, use, script, index: commands.length });
  return script;
}

/** Text ready to be parsed. Its places are those of the mapped text. */
export function prepareShellText(mapped: MappedText, use: CommandUse, depth = 0): ShellSource {
  const prompted = use === 'shell' ? maskPrompts(mapped.text) : mapped.text;
  return { mapped, masked: maskUse(maskPlaceholders(prompted), use, depth) };
}

function maskUse(text: string, use: CommandUse, depth: number): string {
  if (use === 'archive_command' || use === 'restore_command')
    return text.replaceAll(serverPlaceholder, (found) => maskCharacter.repeat(found.length));
  if (use !== 'unit') return text;
  const specified = text.replaceAll(unitSpecifier, (found) =>
    found === '%%' ? found : maskCharacter.repeat(2),
  );
  return depth === 0 ? specified.replaceAll(unitLiteral, literalCharacter) : specified;
}

function readDrafts(mapped: MappedText, use: CommandUse, depth: number): Draft[] {
  if (depth > deepest) return [];
  const source = prepareShellText(mapped, use, depth);
  const script = parseShell(source.masked);
  const functions = findLocalFunctions(source.masked, script);
  const found = collectCommands(source, script.commands);
  return found.flatMap((command) => {
    const unwrapped = unwrapFunction(command.words, functions) ?? unwrapWords(command.words);
    return draftsOf(command, unwrapped, { source, use, depth });
  });
}

interface Reading {
  readonly source: ShellSource;
  readonly use: CommandUse;
  readonly depth: number;
}

function draftsOf(command: FoundCommand, unwrapped: Unwrapped, { source, use, depth }: Reading): Draft[] {
  const inner = innerText(command, unwrapped, source);
  if (inner === undefined) return [draftOf(command, unwrapped)];
  const drafts = inner.flatMap((text) => readDrafts(text, use, depth + 1));
  return drafts.map((draft, index) => ({
    ...draft,
    after: index === 0 ? command.after : draft.after,
    wrappers: [...unwrapped.wrappers, ...draft.wrappers],
    assignments: [...command.assignments, ...unwrapped.assignments, ...draft.assignments],
    redirections: [...draft.redirections, ...command.redirections],
  }));
}

/** What a shell reads instead of words; undefined when there is no such thing. */
function innerText(
  command: FoundCommand,
  unwrapped: Unwrapped,
  source: ShellSource,
): readonly MappedText[] | undefined {
  if (unwrapped.line !== undefined) return [mapPlaced(unwrapped.line)];
  if (!unwrapped.readsInput || command.hereTexts.length === 0) return undefined;
  return command.hereTexts.map(({ start, end }) => {
    const place = placeIn(source.mapped, start, end);
    return {
      document: source.mapped.document,
      text: source.mapped.text.slice(start, end),
      offsets: source.mapped.offsets.slice(start, end),
      end: place.end,
    };
  });
}

function draftOf(command: FoundCommand, unwrapped: Unwrapped): Draft {
  const words = unwrapped.readsInput ? command.words : unwrapped.words;
  return {
    place: command.place,
    words,
    program: programName(words[0]),
    wrappers: unwrapped.readsInput ? unwrapped.wrappers.slice(0, -1) : unwrapped.wrappers,
    assignments: [...command.assignments, ...unwrapped.assignments],
    redirections: command.redirections,
    after: command.after,
  };
}
