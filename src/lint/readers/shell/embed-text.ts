import { LintDocument, type DocumentKind, type Segment } from '../../lint-document.ts';
import type { MappedText } from './mapped-text.ts';

/** Makes a document of a text that was taken out of another one, so that its places are those of the file. */
export function embedText(
  mapped: MappedText,
  kind: DocumentKind,
  destination: string | undefined,
): LintDocument {
  const segments: Segment[] = [];
  mapped.offsets.forEach((offset, index) => {
    if (index === 0 || offset !== (mapped.offsets[index - 1] ?? 0) + 1)
      segments.push({ start: index, origin: offset });
  });
  if (segments.length === 0) segments.push({ start: 0, origin: mapped.end });
  return new LintDocument(mapped.document.file, {
    kind,
    text: mapped.text,
    container: mapped.document,
    segments,
    destination,
  });
}
