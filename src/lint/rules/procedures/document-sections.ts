import type { CommandList } from '../../facts.ts';
import type { LintDocument } from '../../lint-document.ts';
import type { LintProject } from '../../lint-rule.ts';

interface Heading {
  readonly start: number;
  readonly level: number;
  readonly text: string;
}

/** The heading over a part of a Markdown document; '' where there is none. */
export function headingOf(document: LintDocument): string {
  if (document.root.kind !== 'markdown') return '';
  const at = document.fileOffset(0);
  return headingsIn(document.root.text).findLast(({ start }) => start < at)?.text ?? '';
}

/**
 * The lists of commands of the other blocks that make one procedure with a list: under the same heading of a Markdown
 * document, or under its neighbours where the headings are numbered steps.
 */
export function listsOfSection(project: LintProject, list: CommandList): readonly CommandList[] {
  const { root } = list.place.document;
  if (root.kind !== 'markdown') return [];
  const { start, end } = sectionAround(headingsIn(root.text), offsetOf(list));
  return project.commandLists.filter(
    (other) =>
      other !== list &&
      other.place.document.root === root &&
      other.use === list.use &&
      offsetOf(other) >= start &&
      offsetOf(other) < end,
  );
}

/** Where a list begins in its file. */
export function offsetOf({ place }: CommandList): number {
  return place.document.fileOffset(place.start);
}

function sectionAround(
  headings: readonly Heading[],
  offset: number,
): { readonly start: number; readonly end: number } {
  const own = headings.findLast(({ start }) => start < offset);
  if (own === undefined) return { start: 0, end: headings[0]?.start ?? Infinity };
  const isStep = /^#+\s+(?:\W*step\b|\(?\d+[.):\s])/i.test(own.text);
  const over = headings.findLast(({ start, level }) => start < own.start && level < own.level);
  const top = isStep && over !== undefined ? over : own;
  const next = headings.find(({ start, level }) => start > top.start && level <= top.level);
  return { start: top.start, end: next?.start ?? Infinity };
}

function headingsIn(text: string): readonly Heading[] {
  const found: Heading[] = [];
  // A `#` inside a block of code is a comment: fences are counted from the top.
  let isCode = false;
  let start = 0;
  for (const line of text.split('\n')) {
    const level = /^(#{1,6})\s/.exec(line)?.[1]?.length;
    if (/^\s*(?:```|~~~)/.test(line)) isCode = !isCode;
    else if (!isCode && level !== undefined) found.push({ start, level, text: line });
    start += line.length + 1;
  }
  return found;
}
