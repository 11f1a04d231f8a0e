import { describe, expect, it } from 'vitest';
import { configuration, node, repository, stanza } from '../../../test/support/conf-parts.ts';
import type { ScheduleEntry } from '../../model/schedule.ts';
import { scheduledTasks } from './scheduled-task.ts';

const entry = (change: Partial<ScheduleEntry>): ScheduleEntry => ({
  job: 'full',
  cron: '0 2 * * 0',
  timezone: 'UTC',
  repositories: [],
  ...change,
});

describe('scheduledTasks', () => {
  it('are the words that do by hand what the daemon does for a line', () => {
    const repositories = [repository(1), repository(2)];
    const [, second] = repositories;
    const schedule = [
      entry({}),
      entry({ cron: '0 2 * * 3', repositories: [second?.name ?? ''] }),
      entry({ job: 'expire' }),
      { ...entry({ job: 'drill' }), target: 'latest' as const, checks: ['target', 'read'] as const },
      entry({ job: 'maintenance' }),
    ];
    const tasks = scheduledTasks(
      configuration([{ ...stanza('my_db', [node(undefined)], repositories), schedule }]),
    );
    expect(tasks.map(({ name, words }) => [name, words.join(' ')])).toEqual([
      ['my-db-full', 'backup --type full --stanza my_db --line my_db/full@0 2 * * 0 UTC --yes --quiet'],
      [
        'my-db-full-2',
        `backup --type full --stanza my_db --repo ${second?.name} --line my_db/full@0 2 * * 3 UTC>${second?.name} --yes --quiet`,
      ],
      ['my-db-expire', 'expire --stanza my_db --line my_db/expire@0 2 * * 0 UTC --yes --quiet'],
      ['my-db-drill', 'drill --target latest --checks target,read --stanza my_db --yes --quiet'],
      ['my-db-maintenance', 'maintenance --stanza my_db --yes --quiet'],
    ]);
  });
});
