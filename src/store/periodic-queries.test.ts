import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { openJournal } from './open-journal.ts';
import { periodicQueries } from './periodic-queries.ts';
import { openFindings } from './sqlite-finding-memory.ts';

const plans: readonly (readonly [string, string, RegExp])[] = [
  [
    'the last runs of a kind',
    `SELECT * FROM run ${periodicQueries.lastRuns}`,
    /^SEARCH run USING INDEX run_by_kind \(stanza=\? AND kind=\? AND repository=\? AND started_at<\?\)/,
  ],
  [
    'runs of a kind from ahead of the clock',
    `SELECT * FROM run ${periodicQueries.lastRunsAhead}`,
    /^SEARCH run USING INDEX run_by_kind \(stanza=\? AND kind=\? AND repository=\? AND started_at>\?\)/,
  ],
  [
    'the last good run of a kind',
    `SELECT * FROM run ${periodicQueries.lastGoodRun}`,
    /^SEARCH run USING INDEX run_by_kind \(stanza=\? AND kind=\?\)/,
  ],
  [
    'good runs of a kind from ahead of the clock',
    `SELECT * FROM run ${periodicQueries.lastGoodRunAhead}`,
    /^SEARCH run USING INDEX run_by_kind \(stanza=\? AND kind=\?\)/,
  ],
  [
    'unfinished runs',
    `SELECT * FROM run ${periodicQueries.unfinishedRuns}`,
    /^SCAN run USING INDEX run_unfinished/,
  ],
  ['open findings', openFindings, /^SCAN finding USING INDEX finding_open/],
];

it.each(plans)('%s are found along an index in a journal of years', (_what, sql, expected) => {
  const directory = mkdtempSync(join(tmpdir(), 'hf-plans-'));
  try {
    using journal = openJournal(directory, { owner: undefined, now: () => 1000 });
    using database = new DatabaseSync(journal.file);
    const plan = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all();
    expect(String(plan[0]?.['detail'])).toMatch(expected);
  } finally {
    rmSync(directory, { recursive: true });
  }
});
