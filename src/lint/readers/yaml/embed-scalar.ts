import type { YamlValue } from '../../facts.ts';
import { LintDocument, type DocumentKind, type Place, type Segment } from '../../lint-document.ts';
import { alignText } from './align-text.ts';

type YamlScalar = YamlValue & { kind: 'scalar' };

/**
 * The content of a scalar as a document of its own, each character of which knows where it stands: behind the
 * indentation of a block, or as an escape in quotes.
 *
 * @param destination where the content goes, as the container says
 */
export function embedScalar(scalar: YamlScalar, kind: DocumentKind, destination?: string): LintDocument {
  const { document } = scalar.place;
  const segments = scalarSegments(scalar);
  return new LintDocument(document.file, {
    kind,
    text: scalar.text.value,
    container: document,
    segments,
    destination,
  });
}

/**
 * The content of a scalar as a range that can be read as commands: in its own document when it stands there as it
 * means, else in a document that translates.
 */
export function scalarPlace(scalar: YamlScalar): Place {
  const { document, start, end, value } = scalar.text;
  if (document.text.slice(start, end) === value) return { document, start, end };
  const embedded = embedScalar(scalar, 'shell');
  return { document: embedded, start: 0, end: value.length };
}

/**
 * Like {@link scalarPlace}, of a text that is split into words by no shell: a line break outside of quotes is a blank
 * (Compose's `command`, Ansible's module `command`).
 */
export function scalarWords(scalar: YamlScalar): Place {
  const { value } = scalar.text;
  const words = value.trimEnd().replaceAll(/"[^"]*"|'[^']*'|\n/g, (found) => (found === '\n' ? ' ' : found));
  if (words === value.trimEnd()) return scalarPlace(scalar);
  const { document } = scalar.place;
  const segments = scalarSegments(scalar);
  const embedded = new LintDocument(document.file, {
    kind: 'shell',
    text: words,
    container: document,
    segments,
  });
  return { document: embedded, start: 0, end: words.length };
}

/** Where each run of characters of a scalar's value stands in the document. */
export function scalarSegments(scalar: YamlScalar): readonly Segment[] {
  const { document, start, end, value } = scalar.text;
  const source = document.text.slice(scalar.place.start, scalar.place.end);
  const header = source.indexOf('\n') + 1;
  if (scalar.style === 'block' && header > 0 && source.startsWith('|'))
    return alignLines(value, source.slice(header), scalar.place.start + header);
  const quote = scalar.style === 'quoted' ? source.charAt(0) : '';
  return alignText(value, document.text.slice(start, end), start, quote);
}

/** A literal block: line for line, each less its indentation (YAML 1.2.2, 8.1.2). */
function alignLines(value: string, content: string, origin: number): readonly Segment[] {
  const segments: Segment[] = [];
  let lineStart = 0;
  let at = 0;
  for (const line of value.split('\n')) {
    const lineBreak = content.indexOf('\n', lineStart);
    const lineEnd = lineBreak < 0 ? content.length : lineBreak;
    const written = content.slice(lineStart, lineEnd).replace(/\r$/, '');
    segments.push({ start: at, origin: origin + lineStart + Math.max(written.length - line.length, 0) });
    if (written.length < lineEnd - lineStart)
      segments.push({ start: at + line.length, origin: origin + lineEnd });
    at += line.length + 1;
    lineStart = lineBreak < 0 ? content.length : lineBreak + 1;
  }
  return segments;
}
