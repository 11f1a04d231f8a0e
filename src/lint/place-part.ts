import type { PlacedText } from './lint-document.ts';
import { holdsPlaceholder } from './placeholder.ts';
import { mapPlaced, placeIn } from './readers/shell/mapped-text.ts';

/**
 * A part of a value, `NAME` of `NAME=value`, at its own place; it is unknown only when a placeholder is in it.
 *
 * @param from offset in the value
 * @param to offset in the value, exclusive
 */
export function placePart(text: PlacedText, from: number, to: number): PlacedText {
  const value = text.value.slice(from, to);
  return { ...placeIn(mapPlaced(text), from, to), value, unknown: holdsPlaceholder(value) };
}
