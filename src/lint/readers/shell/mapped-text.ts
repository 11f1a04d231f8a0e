import type { LintDocument, Place, PlacedText } from '../../lint-document.ts';

/** A text taken out of a document, unquoted or unescaped, with the offset in the document of each of its characters. */
export interface MappedText {
  readonly document: LintDocument;
  readonly text: string;
  /** As long as the text. */
  readonly offsets: readonly number[];
  /** Offset in the document behind the last character. */
  readonly end: number;
}

/** The document's text from `start` to `end`, as it stands there. */
export function mapRange(document: LintDocument, start: number, end: number): MappedText {
  const text = document.text.slice(start, end);
  return { document, text, offsets: Array.from({ length: text.length }, (_, index) => start + index), end };
}

/**
 * The value of a placed text, each character with its place. Where quotes, escapes or folded lines make the value
 * shorter than what is written, each character is sought in what is left of the writing.
 */
export function mapPlaced(placed: PlacedText): MappedText {
  const written = placed.document.text.slice(placed.start, placed.end);
  if (written.length === placed.value.length)
    return { ...mapRange(placed.document, placed.start, placed.end), text: placed.value };
  const offsets: number[] = [];
  let at = 0;
  for (const character of splitUnits(placed.value)) {
    const found = findCharacter(written, character, at);
    offsets.push(placed.start + Math.min(found ?? at, written.length));
    if (found !== undefined) at = found + 1;
  }
  return { document: placed.document, text: placed.value, offsets, end: placed.end };
}

/** A range of the mapped text as a place in the document. */
export function placeIn(mapped: MappedText, start: number, end: number): Place {
  const from = mapped.offsets[start] ?? mapped.end;
  const last = end > start ? mapped.offsets[Math.min(end, mapped.text.length) - 1] : undefined;
  return { document: mapped.document, start: from, end: last === undefined || last < from ? from : last + 1 };
}

/** A range of the value of a placed text; unknown when the whole is. */
export function sliceOfPlaced(placed: PlacedText, start: number, end = placed.value.length): PlacedText {
  const mapped = mapPlaced(placed);
  return {
    ...placeIn(mapped, start, end),
    value: placed.value.slice(start, end),
    unknown: placed.unknown,
  };
}

/** An escape is a few characters long; further away stands something else that only looks like it. */
const reach = 12;

function findCharacter(written: string, character: string, from: number): number | undefined {
  const isBlank = /\s/.test(character);
  for (let at = from; at < Math.min(written.length, from + reach); at += 1) {
    if (written[at] === character || (isBlank && /\s/.test(written[at] ?? ''))) return at;
  }
  return undefined;
}

function splitUnits(text: string): string[] {
  return Array.from({ length: text.length }, (_, index) => text.charAt(index));
}
