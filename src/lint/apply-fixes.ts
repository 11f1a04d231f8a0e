import type { Fix } from './lint-finding.ts';

/** A change of a file's text: offsets into it. */
export interface TextEdit {
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
  readonly replacement: string;
}

/**
 * What a fix comes to in the file that its document stands in.
 *
 * @returns undefined when the text does not stand in the file as it does in the document (it is put together out of
 *   several pieces, or was escaped), so that it cannot be replaced there
 */
export function editOf(fix: Fix): TextEdit | undefined {
  const { document, start, end } = fix.place;
  const { root } = document;
  if (document.isContiguous(start, end) && (document === root || !fix.replacement.includes('\n'))) {
    const edit = { start: document.fileOffset(start), end: document.fileOffset(end) };
    const isWholeLine = fix.replacement === '' && document.text[end - 1] === '\n';
    return {
      ...edit,
      ...(isWholeLine ? { start: indentStart(root.text, edit.start) } : {}),
      replacement: fix.replacement,
    };
  }
  return removedLine(fix);
}

/** A line of an indented part: its break is followed by the indent of the next one, which belongs to that. */
function removedLine(fix: Fix): TextEdit | undefined {
  const { document, start, end } = fix.place;
  const { text } = document.root;
  const isLine = fix.replacement === '' && document.text.indexOf('\n', start) === end - 1;
  if (!isLine || !document.isContiguous(start, end - 1)) return undefined;
  const lineEnd = document.fileOffset(end - 1);
  if (text[lineEnd] !== '\n') return undefined;
  return { start: indentStart(text, document.fileOffset(start)), end: lineEnd + 1, replacement: '' };
}

/** The start of the line when only blanks stand before the offset; else the offset. */
function indentStart(text: string, offset: number): number {
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  return text.slice(lineStart, offset).trim() === '' ? lineStart : offset;
}

/**
 * Changes a text. Of edits that overlap only the first is made; the same edit twice is one.
 *
 * @returns the new text, the edits that were made, in the order of the text, and those that were not
 */
export function applyEdits(
  text: string,
  edits: readonly TextEdit[],
): { readonly text: string; readonly applied: readonly TextEdit[]; readonly refused: readonly TextEdit[] } {
  const applied: TextEdit[] = [];
  const refused: TextEdit[] = [];
  for (const edit of edits.toSorted((left, right) => left.start - right.start || left.end - right.end)) {
    const before = applied.at(-1);
    if (before !== undefined && sameEdit(before, edit)) continue;
    const overlaps = before !== undefined && (edit.start < before.end || edit.start === before.start);
    const isOutside = edit.start < 0 || edit.end < edit.start || edit.end > text.length;
    (overlaps || isOutside ? refused : applied).push(edit);
  }
  let at = 0;
  let result = '';
  for (const edit of applied) {
    result += text.slice(at, edit.start) + edit.replacement;
    at = edit.end;
  }
  return { text: result + text.slice(at), applied, refused };
}

function sameEdit(left: TextEdit, right: TextEdit): boolean {
  return left.start === right.start && left.end === right.end && left.replacement === right.replacement;
}
