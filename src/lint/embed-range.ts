import { LintDocument, type DocumentKind, type Place, type Segment } from './lint-document.ts';

/**
 * A range as a document of its own. When only blanks stand in front of it they belong to it, so that lines that are
 * indented alike stay so.
 */
export function embedRange(place: Place, kind: DocumentKind, destination: string): LintDocument {
  const { document, start, end } = place;
  const lineStart = document.text.lastIndexOf('\n', start - 1) + 1;
  const before = document.text.slice(lineStart, start);
  const isIndentation = before.trim() === '';
  const segments: readonly Segment[] = [{ start: 0, origin: isIndentation ? lineStart : start }];
  const text = document.text.slice(isIndentation ? lineStart : start, end);
  return new LintDocument(document.file, { kind, text, container: document, segments, destination });
}
