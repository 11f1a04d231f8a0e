import type { DocumentFacts } from '../../facts.ts';
import type { LintDocument } from '../../lint-document.ts';
import { embedRange } from '../../embed-range.ts';

/** `vars["pgbackrest_repo"]["local"] = {…}`: a dictionary without others in it. */
const repository = /\[(["'])pgbackrest_repo\1\]\[(["'])(\w+)\2\]\s*=\s*(\{[^{}]*\})/g;

/** `vars["node_crontab"].append("…")` */
const crontabLine = /\[?(["'])(node_crontab|pg_crontab)\1[^\n]*?\.append\(\s*(["'])(.*?)\3\s*,?\s*\)/gs;

/** Reads what a Python program puts into a pigsty.yml: repositories as dictionaries, and lines of crontabs. */
export function readPython(document: LintDocument): DocumentFacts {
  const repositories = [...document.text.matchAll(repository)].map((found) => {
    const literal = found[4] ?? '';
    const end = found.index + found[0].length;
    return {
      end,
      part: embedRange(
        { document, start: end - literal.length, end },
        'pigsty',
        `pgbackrest_repo.${found[3]}`,
      ),
    };
  });
  const lines = [...document.text.matchAll(crontabLine)].map((found) => {
    const line = found[4] ?? '';
    const start = found.index + found[0].lastIndexOf(line);
    const destination = found[2] === 'node_crontab' ? '/etc/crontab' : 'pg_crontab';
    return {
      end: start,
      part: embedRange({ document, start, end: start + line.length }, 'crontab', destination),
    };
  });
  const found = [...repositories, ...lines].toSorted((left, right) => left.end - right.end);
  return { document, embedded: found.map(({ part }) => part) };
}
