import type { SourcePosition } from '../model/source-position.ts';
import type { Place } from './lint-document.ts';

/**
 * Where the range of a place ends in its file, exclusive. It is found from its last character: what comes after that
 * in the document may stand anywhere in the file.
 */
export function endPositionOf(place: Place): SourcePosition {
  const { document, start, end } = place;
  if (end <= start) return document.positionOf(start);
  const last = document.positionOf(end - 1);
  if (document.text[end - 1] === '\n') return { ...last, line: last.line + 1, column: 1 };
  return { ...last, column: last.column + 1 };
}
