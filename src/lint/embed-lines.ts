import { LintDocument, type DocumentKind, type Segment } from './lint-document.ts';

/** One line, or the part of it that counts, without its line break. */
export interface LineRange {
  readonly start: number;
  readonly end: number;
}

/**
 * A document of lines that stand in another: less their indentation, or only some of them.
 *
 * @param lines ranges of the container's text, in order
 */
export function embedLines(
  container: LintDocument,
  lines: readonly LineRange[],
  kind: DocumentKind,
  destination?: string,
): LintDocument {
  const segments: Segment[] = [];
  let text = '';
  for (const { start, end } of lines) {
    segments.push({ start: text.length, origin: start });
    // The last line of a file may have no break.
    text += container.text.slice(start, end) + (end < container.text.length ? '\n' : '');
  }
  if (segments.length === 0) segments.push({ start: 0, origin: 0 });
  return new LintDocument(container.file, { kind, text, container, segments, destination });
}
