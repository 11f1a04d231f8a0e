import type { DraftNote, DraftNoteKind } from '../../adopt/draft.ts';
import { printable } from './printable.ts';
import { wrapText } from './wrap-text.ts';

/** What a person wants to know first stands first. */
const groups: readonly (readonly [DraftNoteKind, string])[] = [
  ['corrected', 'Corrected:'],
  ['not-carried', 'Not in the file:'],
  ['no-effect', 'Without effect where it stood:'],
  ['kept', 'Kept as it was:'],
  ['recommended', 'To look at:'],
  ['moved', 'Carried over:'],
];

/** What became of each thing that a draft was made of, for people. Empty when there is nothing to tell. */
export function describeNotes(notes: readonly DraftNote[], width: number): string {
  return groups
    .flatMap(([kind, title]) => {
      const found = notes.filter((note) => note.kind === kind);
      return found.length === 0
        ? []
        : [`${title}\n${found.map((note) => describeNote(note, width)).join('')}`];
    })
    .join('\n');
}

function describeNote({ what, why, severity, position }: DraftNote, width: number): string {
  const mark = severity === 'critical' ? ' (data could have been lost)' : '';
  const place = position === undefined ? '' : ` (line ${position.line})`;
  return `  ${printable(what)}${place}${mark}\n${wrapText(printable(why), width - 4)
    .map((line) => `    ${line}\n`)
    .join('')}`;
}
