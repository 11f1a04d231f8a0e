const endedOfKind = `INDEXED BY run_by_kind WHERE stanza = :stanza AND kind = :kind AND repository IS :repository
    AND result <> 'running'`;
const goodOfKind = `INDEXED BY run_by_kind WHERE stanza = :stanza AND kind = :kind AND result = 'ok'`;
const newestFirst = 'ORDER BY started_at DESC, rowid DESC LIMIT :limit';
const untilNow = `AND started_at <= :until ${newestFirst}`;
const aheadAndLater = `AND started_at > :until
    AND rowid > coalesce((SELECT rowid FROM run WHERE id = :after), 0) ${newestFirst}`;

/**
 * What is asked again and again while a daemon runs, however long the journal is. The index is named where SQLite would
 * take the one of the stanza's runs by time instead, and read all of them when none fits.
 */
export const periodicQueries = {
  lastRuns: `${endedOfKind} ${untilNow}`,
  lastRunsAhead: `${endedOfKind} ${aheadAndLater}`,
  lastGoodRun: `${goodOfKind} ${untilNow}`,
  lastGoodRunAhead: `${goodOfKind} ${aheadAndLater}`,
  unfinishedRuns: `INDEXED BY run_unfinished WHERE result = 'running' ORDER BY started_at DESC, rowid DESC`,
} as const;
