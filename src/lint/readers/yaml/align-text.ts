import type { Segment } from '../../lint-document.ts';

/**
 * Where each run of characters of a scalar's value stands in what was written: quotes double a quote, escapes are
 * longer than what they mean, and line breaks with their indentation become a blank (YAML 1.2.2, 7.3 and 8.1.3).
 * Where the two cannot be brought together, the rest stands at the place that was reached.
 *
 * @param value what it means
 * @param source what was written, without quotes
 * @param origin offset of `source` in the document
 * @param quote what it was written in: `"`, `'`, or nothing for plain and folded text
 */
export function alignText(value: string, source: string, origin: number, quote: string): readonly Segment[] {
  const segments: Segment[] = [{ start: 0, origin }];
  const place = (index: number, at: number) => {
    const last = segments.at(-1) as Segment;
    if (last.origin + (index - last.start) === origin + at) return;
    if (last.start === index) segments.pop();
    segments.push({ start: index, origin: origin + at });
  };
  let at = 0;
  for (let index = 0; index < value.length;) {
    at += quote === '"' ? (/^(?:\\\r?\n[ \t]*)+/.exec(source.slice(at, at + 400))?.[0].length ?? 0) : 0;
    const blanks = breakAt(source, at);
    if (blanks === '') {
      place(index, at);
      at += writtenLength(value.charAt(index), source, at, quote);
      index += 1;
      continue;
    }
    // A break is one blank or several line breaks; all stand in it, the last where the next line begins.
    const meant = /^[ \n]+/.exec(value.slice(index, index + blanks.length))?.[0].length ?? 0;
    for (let offset = 0; offset < meant; offset += 1)
      place(index + offset, at + Math.min(offset, blanks.length - 1));
    index += meant;
    at += blanks.length;
  }
  return segments;
}

/** Blanks, a line break and the indentation behind it; '' when there is none here. */
function breakAt(source: string, at: number): string {
  const blanks = /\s+/y;
  blanks.lastIndex = at;
  const run = blanks.exec(source)?.[0] ?? '';
  return run.includes('\n') ? run : '';
}

/** How many characters were written for one; 0 where the two have nothing to do with each other. */
function writtenLength(character: string, source: string, at: number, quote: string): number {
  if (quote === "'" && source.startsWith("''", at)) return 2;
  if (quote === '"' && source[at] === '\\' && !/[\uDC00-\uDFFF]/.test(character))
    return /^\\(?:x[\da-f]{2}|u[\da-f]{4}|U[\da-f]{8}|.)?/i.exec(source.slice(at, at + 10))?.[0].length ?? 1;
  return source[at] === character ? 1 : 0;
}
