import { Document, isMap, isScalar, isSeq, visit, type Node, type Scalar, type YAMLMap } from 'yaml';
import { pathKey, type Path } from '../config/source-tree.ts';
import type { Draft, DraftMapping, DraftValue } from './draft.ts';

/** A mapping or list that is not longer than this on one line stands on one line. */
const widestLine = 88;

/** Keys whose members stand on lines of their own however short they are, because they are what the file is about. */
const alwaysBlocks = new Set(['', 'stanzas', 'repositories', 'options', 'schedule', 'notify']);

/**
 * The text of a draft: YAML that reads well and can be read back by config/load.ts. Small mappings stand on one line,
 * the parts of the file are set apart by blank lines, and each comment stands above its key.
 */
export function writeDraft(draft: Draft): string {
  const document = new Document(withoutUndefined(draft.file), { aliasDuplicateObjects: false });
  const comments = new Map(draft.comments.map(({ path, text }) => [pathKey(path), commentText(text)]));
  if (isMap(document.contents)) layOut(document.contents, [], comments);
  visit(document, { Scalar: (_, scalar) => quoteSchedule(scalar) });
  const body = document.toString({ lineWidth: 0, indentSeq: true, singleQuote: false });
  const header = draft.header.map((line) => (line === '' ? '#' : `# ${line}`)).join('\n');
  return header === '' ? body : `${header}\n\n${body}`;
}

function withoutUndefined(value: DraftValue): unknown {
  if (Array.isArray(value)) return value.map((item: DraftValue) => withoutUndefined(item));
  if (typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value as DraftMapping).flatMap(([key, item]) =>
      item === undefined ? [] : [[key, withoutUndefined(item)]],
    ),
  );
}

/** Comments above keys, blank lines between parts, and one line for what is small. Gives true when it holds a comment. */
function layOut(map: YAMLMap, path: Path, comments: ReadonlyMap<string, string>): boolean {
  let commented = false;
  for (const [index, pair] of map.items.entries()) {
    const key = pair.key as Scalar;
    const at = [...path, String(key.value)];
    const comment = comments.get(pathKey(at));
    if (comment !== undefined) key.commentBefore = comment;
    if (index > 0 && (at.length === 1 || (at.length === 2 && at[0] === 'stanzas'))) key.spaceBefore = true;
    const inside = layOutValue(pair.value as Node | null, at, comments);
    commented = commented || comment !== undefined || inside;
  }
  map.flow =
    !commented && !alwaysBlocks.has(String(path.at(-1) ?? '')) && path.length > 2 && isSmall(map, path);
  return commented;
}

function layOutValue(value: Node | null, path: Path, comments: ReadonlyMap<string, string>): boolean {
  if (isMap(value)) return layOut(value, path, comments);
  if (!isSeq(value)) return false;
  const commented = value.items
    .map((item, index) => layOutValue(item as Node, [...path, index], comments))
    .some(Boolean);
  value.flow = !commented && value.items.every(isScalar) && JSON.stringify(value).length <= widestLine;
  return commented;
}

/** True for what fits on one line; a reference with braces is easier to read outside of other braces. */
function isSmall(map: YAMLMap, path: Path): boolean {
  const text = JSON.stringify(map);
  return text.length + 2 * path.length <= widestLine && !text.includes('${');
}

/** Cron text is all digits, blanks and stars: quotes show where it begins and ends. */
function quoteSchedule(scalar: Scalar): void {
  if (
    typeof scalar.value === 'string' &&
    /^\S+( \S+){4}$/.test(scalar.value) &&
    /^[\d*]/.test(scalar.value)
  ) {
    scalar.type = 'QUOTE_DOUBLE';
  }
}

function commentText(text: string): string {
  return text
    .split('\n')
    .map((line) => ` ${line}`)
    .join('\n');
}
