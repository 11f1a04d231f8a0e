/** A line without its line break. */
export interface TextLine {
  readonly start: number;
  readonly end: number;
  /** Behind the line break. */
  readonly next: number;
  readonly text: string;
}

/** The lines of a text; a carriage return belongs to the break. */
export function linesOf(text: string): TextLine[] {
  const lines: TextLine[] = [];
  for (let start = 0; start < text.length;) {
    const found = text.indexOf('\n', start);
    const next = found < 0 ? text.length : found + 1;
    let end = found < 0 ? text.length : found;
    if (text[end - 1] === '\r') end -= 1;
    lines.push({ start, end, next, text: text.slice(start, end) });
    start = next;
  }
  return lines;
}

/** The whole line, with its break, that an offset stands in. */
export function lineAround(text: string, offset: number): { readonly start: number; readonly end: number } {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  const found = text.indexOf('\n', offset);
  return { start, end: found < 0 ? text.length : found + 1 };
}
