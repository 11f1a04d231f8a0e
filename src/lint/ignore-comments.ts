/** `# holdfast-lint: ignore RULE`, also after the signs for comments of SQL, JavaScript and HTML. */
const directive =
  /^\s*(?:[-*>]\s+)?(?:#|;|--|\/\/|<!--)\s*holdfast-lint:\s*ignore\s+([a-z0-9, -]+?)\s*(?:-->)?\s*$/;

const comment = /^\s*(?:#|;|--|\/\/|<!--)/;

/**
 * What comments take out: `# holdfast-lint: ignore RULE` above a line, with several rules set apart by commas or
 * blanks. It holds for the next line that is neither empty nor a comment, and for those that a backslash at its end
 * joins to it.
 *
 * @param text a whole file
 * @returns names of rules by line number from 1
 */
export function readIgnoreComments(text: string): ReadonlyMap<number, ReadonlySet<string>> {
  const found = new Map<number, Set<string>>();
  if (!text.includes('holdfast-lint:')) return found;
  const waiting = new Set<string>();
  let joined: ReadonlySet<string> | undefined;
  text.split('\n').forEach((line, index) => {
    const names = directive.exec(line)?.[1];
    if (names !== undefined) {
      for (const name of names.split(/[, ]+/)) if (name !== '') waiting.add(name);
      return;
    }
    if (line.trim() === '' || (joined === undefined && comment.test(line))) return;
    if (joined === undefined && waiting.size > 0) joined = new Set(waiting);
    waiting.clear();
    if (joined === undefined) return;
    found.set(index + 1, new Set(joined));
    if (!/\\\s*$/.test(line)) joined = undefined;
  });
  return found;
}
