import { parse } from 'unbash';

/**
 * How deep `$(` may be nested. People nest a handful; the parser reads the text of each `$(` again for
 * every one round it, which takes seconds for thousands.
 */
const deepest = 200;

/** The tree of a shell text. Text that is nested as no script is has an empty one. */
export function parseShell(text: string): ReturnType<typeof parse> {
  return parse(isTooDeep(text) ? '' : text);
}

function isTooDeep(text: string): boolean {
  let depth = 0;
  for (const [found] of text.matchAll(/\$\(|\)/g)) {
    // `a)` of a case closes nothing.
    depth = found === ')' ? Math.max(0, depth - 1) : depth + 1;
    if (depth > deepest) return true;
  }
  return false;
}
