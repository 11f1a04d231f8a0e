import { dayRows, describeRetention } from '../../retention/describe-retention.ts';
import type { RepositoryRetention } from '../../retention/document-retention.ts';
import { formatTable } from './format-table.ts';
import { printable } from './printable.ts';

/** Repositories day by day, for people. */
export function describeRetentions(repositories: readonly RepositoryRetention[]): string {
  return repositories.map(describeOne).join('\n');
}

function describeOne(one: RepositoryRetention): string {
  const days = formatTable(
    [
      { title: 'day' },
      { title: 'full', align: 'right' },
      { title: 'diff', align: 'right' },
      { title: 'incr', align: 'right' },
      { title: 'taken', align: 'right' },
      { title: 'gone', align: 'right' },
      { title: 'every moment of the last', align: 'right' },
      { title: 'single moments', align: 'right' },
    ],
    dayRows(one),
  );
  const said = describeRetention(one).map((text) => `  ${printable(text)}\n`);
  return `${printable(one.repository)}\n${said.join('')}${days}`;
}
