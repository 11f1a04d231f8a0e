import type { DoubleQuotedChild, Word, WordPart } from 'unbash';
import type { PlacedText } from '../../lint-document.ts';
import { placeIn, type MappedText } from './mapped-text.ts';
import { maskCharacter } from './mask-placeholders.ts';

/** Shell text as it is parsed: masked, and what it was; both equally long. */
export interface ShellSource {
  readonly mapped: MappedText;
  readonly masked: string;
}

/** What is literally there of a word, and whether a part of it is only known when it runs. */
interface Taken {
  text: string;
  unknown: boolean;
}

/** A word without its quotes and escapes. Expansions stay as written and make it unknown. */
export function readWord(source: ShellSource, word: Word): PlacedText {
  const taken: Taken = { text: '', unknown: false };
  if (word.parts === undefined) takeUnquoted(source, word.pos, word.end, taken);
  else for (const part of word.parts) takePart(source, part, taken);
  return { ...placeIn(source.mapped, word.pos, word.end), value: taken.text, unknown: taken.unknown };
}

/** Text of a range as it stands there, for names and redirections. */
export function readRange(source: ShellSource, start: number, end: number): PlacedText {
  const value = source.mapped.text.slice(start, end);
  return { ...placeIn(source.mapped, start, end), value, unknown: isMasked(source, start, end) };
}

function takePart(source: ShellSource, part: WordPart | DoubleQuotedChild, taken: Taken): void {
  switch (part.type) {
    case 'Literal':
      takeUnquoted(source, part.pos, part.end, taken);
      return;
    case 'SingleQuoted':
      takeRange(source, part.pos + 1, closingQuote(source, part.pos + 1, part.end, "'"), taken);
      return;
    case 'DoubleQuoted':
    case 'LocaleString':
      for (const child of part.parts)
        if (child.type === 'Literal') takeDoubleQuoted(source, child.pos, child.end, taken);
        else takePart(source, child, taken);
      return;
    case 'AnsiCQuoted':
      taken.text += part.value;
      return;
    case 'Glob':
    case 'ExtendedGlob':
    case 'BraceExpansion':
      takeRange(source, part.pos, part.end, taken);
      return;
    default:
      takeRange(source, part.pos, part.end, taken);
      taken.unknown = true;
  }
}

/** The tree of a text that ends inside a quote has no closing one. */
function closingQuote(source: ShellSource, start: number, end: number, quote: string): number {
  return end > start && source.masked[end - 1] === quote ? end - 1 : end;
}

function takeRange(source: ShellSource, start: number, end: number, taken: Taken): void {
  taken.text += source.mapped.text.slice(start, end);
  taken.unknown ||= isMasked(source, start, end);
}

function takeUnquoted(source: ShellSource, start: number, end: number, taken: Taken): void {
  takeEscaped(source, start, end, taken, () => true);
}

/** Inside double quotes a backslash only escapes these (POSIX Shell Command Language 2.2.3). */
function takeDoubleQuoted(source: ShellSource, start: number, end: number, taken: Taken): void {
  takeEscaped(source, start, end, taken, (next) => '$`"\\\n'.includes(next));
}

function takeEscaped(
  source: ShellSource,
  start: number,
  end: number,
  taken: Taken,
  escapes: (next: string) => boolean,
): void {
  const { text } = source.mapped;
  for (let at = start; at < end; at += 1) {
    const next = text[at + 1];
    if (text[at] === '\\' && next !== undefined && at + 1 < end && escapes(next)) {
      at += 1;
      if (next !== '\n') taken.text += next;
    } else taken.text += text[at] ?? '';
  }
  taken.unknown ||= isMasked(source, start, end);
}

function isMasked(source: ShellSource, start: number, end: number): boolean {
  return source.masked.slice(start, end).includes(maskCharacter);
}
