import { embedRange } from '../../embed-range.ts';
import type { DocumentFacts } from '../../facts.ts';
import type { LintDocument } from '../../lint-document.ts';

/** `vars["pgbackrest_repo"]["local"] = {`, `vars["pgbackrest_repo"] = {` and `"pgbackrest_repo": {`. */
const repository = /(["'])pgbackrest_repo\1\]?(?:\[(["'])(\w+)\2\])?\s*[=:]\s*(?=\{)/g;

/** `vars["node_crontab"].append("…")` */
const crontabLine = /\[?(["'])(node_crontab|pg_crontab)\1[^\n]{0,200}?\.append\(\s*(["'])(.*?)\3\s*,?\s*\)/g;

/** Reads what a Python program puts into a pigsty.yml: repositories as dictionaries, and lines of crontabs. */
export function readPython(document: LintDocument): DocumentFacts {
  const { text } = document;
  const repositories = [...text.matchAll(repository)].flatMap((found) => {
    const start = found.index + found[0].length;
    const end = endOfBraces(text, start);
    const destination = found[3] === undefined ? 'pgbackrest_repo' : `pgbackrest_repo.${found[3]}`;
    return end === undefined ? [] : [embedRange({ document, start, end }, 'pigsty', destination)];
  });
  const lines = [...text.matchAll(crontabLine)].map((found) => {
    const line = found[4] ?? '';
    const start = found.index + found[0].lastIndexOf(line);
    const destination = found[2] === 'node_crontab' ? '/etc/crontab' : 'pg_crontab';
    return embedRange({ document, start, end: start + line.length }, 'crontab', destination);
  });
  const found = [...repositories, ...lines];
  return { document, embedded: found.toSorted((left, right) => left.fileOffset(0) - right.fileOffset(0)) };
}

/** Behind the brace that closes the one at `start`; braces in texts and comments do not count. */
function endOfBraces(text: string, start: number): number | undefined {
  let depth = 0;
  for (const found of text.slice(start).matchAll(/[{}]|"[^"\n]*"|'[^'\n]*'|#[^\n]*/g)) {
    if (found[0] === '{') depth += 1;
    else if (found[0] === '}') depth -= 1;
    if (depth === 0) return start + found.index + 1;
  }
  return undefined;
}
