import type { DraftNote, DraftNoteKind } from '../../adopt/draft.ts';
import { formatPosition } from '../../model/source-position.ts';
import { printable } from './printable.ts';
import { wrapText } from './wrap-text.ts';

/** Headings in the order in which a reader wants them. */
const headings: readonly (readonly [DraftNoteKind, string])[] = [
  ['not-carried', 'Not carried over'],
  ['kept', 'Kept as it was, though'],
  ['no-effect', 'Left out, because it never had an effect'],
  ['corrected', 'Corrected'],
  ['moved', 'Carried over under another name or in another place'],
  ['recommended', 'Could be better now'],
];

/**
 * Notes by kind, each with its place and the reason. Pure.
 *
 * @param columns width of the terminal
 */
export function adoptionReport(notes: readonly DraftNote[], columns: number): string {
  return headings
    .map(([kind, heading]) => [heading, notes.filter((note) => note.kind === kind)] as const)
    .filter(([, chosen]) => chosen.length > 0)
    .map(([heading, chosen]) => `${heading}:\n${chosen.map((note) => formatNote(note, columns)).join('')}`)
    .join('\n');
}

function formatNote({ what, why, position }: DraftNote, columns: number): string {
  const place = position === undefined ? '' : ` (${formatPosition(position)})`;
  const lines = wrapText(printable(why), Math.max(40, columns - 6));
  return `  - ${printable(what)}${place}\n${lines.map((line) => `      ${line}\n`).join('')}`;
}
