/** `# holdfast-lint: ignore RULE`, also after the signs for comments of SQL, JavaScript and HTML. */
const directive =
  /^\s*(?:[-*>]\s+)?(?:#|;|--|\/\/|<!--)\s*holdfast-lint:\s*ignore\s+([a-z0-9, -]+?)\s*(?:-->)?\s*$/;

const comment = /^\s*(?:#|;|--|\/\/|<!--)/;

/**
 * What comments take out: `# holdfast-lint: ignore RULE` above a line, with several rules set apart by commas or
 * blanks. It holds for the next line that is neither empty nor a comment, and for those that a backslash at its end
 * joins to it. In front of a fenced block of Markdown it holds for the whole block.
 *
 * @param text a whole file
 * @returns names of rules by line number from 1
 */
export function readIgnoreComments(text: string): ReadonlyMap<number, ReadonlySet<string>> {
  const found = new Map<number, Set<string>>();
  if (!text.includes('holdfast-lint:')) return found;
  const waiting = new Set<string>();
  let joined: ReadonlySet<string> | undefined;
  let fence: RegExp | undefined;
  text.split('\n').forEach((line, index) => {
    const names = namesIn(line);
    if (fence !== undefined && joined !== undefined) {
      joined = new Set([...joined, ...names]);
      found.set(index + 1, new Set(joined));
      if (!fence.test(line)) return;
      fence = undefined;
      joined = undefined;
      return;
    }
    if (names.length > 0) {
      for (const name of names) waiting.add(name);
      return;
    }
    if (line.trim() === '' || (joined === undefined && comment.test(line))) return;
    if (joined === undefined && waiting.size > 0) joined = new Set(waiting);
    waiting.clear();
    if (joined === undefined) return;
    const mark = /^\s*(?:>\s*)?(`{3,}|~{3,})/.exec(line)?.[1];
    if (mark !== undefined) fence = new RegExp(`^\\s*(?:>\\s*)?${mark}[\`~]*\\s*$`);
    found.set(index + 1, new Set(joined));
    if (fence === undefined && !/\\\s*$/.test(line)) joined = undefined;
  });
  return found;
}

/** The rules that a comment names; none for any other line. */
function namesIn(line: string): readonly string[] {
  const names = directive.exec(line)?.[1] ?? '';
  return names.split(/[, ]+/).filter((name) => name !== '');
}
