import { restoreArguments } from '../../engine/restore.ts';
import type { RestoreRequest } from '../../engine/restore.ts';
import {
  asidePath,
  asOwner,
  blank,
  engine,
  makeDirectory,
  move,
  program,
  sql,
  startServer,
  startSteps,
  step,
  stopSteps,
  timeline,
} from './runbook-commands.ts';
import { quoteForShell } from '../../model/quote-for-shell.ts';
import type { RunbookSite } from './runbook-site.ts';
import type { RunbookStep } from './runbook.ts';

/** What a restore by hand asks of pgBackRest; the rest is the same for all. */
export interface PlainRestore {
  readonly type: RestoreRequest['type'];
  readonly target?: string | undefined;
  readonly set?: string | undefined;
  readonly repositoryKey: number;
  readonly delta?: boolean | undefined;
}

/** The restore itself, over production's directory. */
export function restoreCommand(site: RunbookSite, restore: PlainRestore): string {
  const args = restoreArguments(
    { settings: site.configuration.engine, version: site.version },
    {
      stanza: site.stanza.name,
      repositoryKey: restore.repositoryKey,
      set: restore.set ?? '',
      type: restore.type,
      target: restore.target,
      targetAction: restore.type === 'standby' ? undefined : 'pause',
      targetTimeline: blank(timeline),
      archiveModeOff: false,
      // Which set it will be is not known here.
      acrossTimelines: true,
      delta: restore.delta === true,
      tablespaceMap: {},
    },
  );
  return engine(
    site,
    args.filter((word) => word !== '--set='),
    { repositoryKey: restore.repositoryKey },
  );
}

/**
 * On which timeline production was: a restore must never follow one that somebody else archived. Between a promotion and
 * the checkpoint after it, which may take minutes, only the end of recovery has the new one (PostgreSQL
 * `src/backend/access/transam/xlog.c`, CreateEndOfRecoveryRecord); after that it is 0 there.
 */
export function timelineStep(site: RunbookSite): RunbookStep {
  const data = quoteForShell(site.node.path);
  const lines = ["Latest checkpoint's TimeLineID", "Min recovery ending loc's timeline"];
  const taken = lines.map((line) => `s/^${line}: *//p`).join('; ');
  return step('See on which timeline production was', [
    `${program(site, `pg_controldata -D ${data}`)} | sed -n "${taken}" | sort -n | tail -n 1`,
  ]);
}

/**
 * Gives a new repository the history of production's timelines, which PostgreSQL archives once and never again: a restore
 * from there that names its timeline would fail. Nothing happens where there is none.
 */
export function historyStep(site: RunbookSite): RunbookStep {
  const push = engine(site, ['archive-push', '--no-archive-async']);
  return step(
    'Give it the history of the timelines: PostgreSQL does that only once, when a timeline begins',
    [
      `for file in ${quoteForShell(`${site.node.path}/pg_wal`)}/*.history; do [ ! -e "$file" ] || ${push} "$file"; done`,
    ],
  );
}

/** Ends a transaction, so that a target that lies before it can be reached, and archives the last WAL. */
export function flushStep(site: RunbookSite): RunbookStep {
  return step(
    'If the server still runs: end a transaction and archive the last WAL',
    [sql(site, 'SELECT pg_current_xact_id()'), sql(site, 'SELECT pg_switch_wal()')],
    { mayFail: true },
  );
}

/** Stops the server and keeps what is there, WAL that was never archived included. */
export function asideSteps(site: RunbookSite): readonly RunbookStep[] {
  return [...stopSteps(site), keepStep(site)];
}

/** Makes room for a restore. */
export function keepStep(site: RunbookSite): RunbookStep {
  const { path } = site.node;
  return step('Keep the old data directory: nothing is deleted', [
    move(path, asidePath(site)),
    makeDirectory(site, path),
  ]);
}

/** Hands WAL that was never archived to recovery: PostgreSQL documentation, 26.3.5, step 6. */
export function salvageStep(site: RunbookSite): RunbookStep {
  const { path } = site.node;
  const from = quoteForShell(`${asidePath(site)}/pg_wal`);
  return step('Hand the WAL that was not archived yet to recovery', [
    asOwner(
      site,
      `find ${from} -maxdepth 1 -type f -name '[0-9A-F]*[0-9A-F]' -exec cp -n {} ${quoteForShell(`${path}/pg_wal/`)} ';'`,
    ),
  ]);
}

/** Starts it and waits until all WAL that there is was replayed; then it is opened for writing. */
export function followWalSteps(site: RunbookSite): readonly RunbookStep[] {
  const position = sql(site, 'SELECT pg_last_wal_replay_lsn()');
  return [
    step('Start it; it recovers as a standby', [startServer(site)]),
    step('Wait until it has replayed all that there is', [
      `while before=$(${position}); sleep 10; now=$(${position}); [ "$before" != "$now" ]; do echo "replayed up to $now"; done`,
    ]),
    step('Look when the last transaction was that came back: is it the one that you expect?', [
      sql(site, 'SELECT pg_last_wal_replay_lsn(), pg_last_xact_replay_timestamp()'),
    ]),
    promoteStep(site),
    ...startSteps(site, true),
  ];
}

/** Starts it and waits until recovery stands still at its target; then it is opened for writing. */
export function followTargetSteps(site: RunbookSite): readonly RunbookStep[] {
  const paused = sql(site, 'SELECT pg_is_wal_replay_paused()');
  return [
    step('Start it; it recovers up to the target and stands still there', [startServer(site)]),
    step('Wait for that; an error here means that the target was not reached: read the log of the server', [
      `while state=$(${paused}); [ "$state" = f ]; do sleep 2; done; [ "$state" = t ]`,
    ]),
    step('Look at the data now: it can be read, and nothing is decided yet', [
      sql(site, 'SELECT pg_last_wal_replay_lsn(), pg_last_xact_replay_timestamp()'),
    ]),
    promoteStep(site),
    ...startSteps(site, true),
  ];
}

export function promoteStep(site: RunbookSite): RunbookStep {
  return step('Open it for writing, on a new timeline', [
    sql(site, 'SELECT pg_promote()'),
    sql(site, 'CHECKPOINT'),
  ]);
}

/** That the server is open, and takes writes. */
export function openProof(site: RunbookSite): RunbookStep {
  return step('It is out of recovery (f) and takes writes', [
    sql(site, 'SELECT pg_is_in_recovery()'),
    sql(site, 'CREATE TABLE holdfast_proof (); DROP TABLE holdfast_proof'),
  ]);
}

/** Puts the directory back that was kept. */
export function plainBack(site: RunbookSite): readonly RunbookStep[] {
  const { path } = site.node;
  return [
    ...stopSteps(site),
    step('The old directory comes back; what was restored is kept beside it', [
      move(path, `${path}.restored`),
      move(asidePath(site), path),
    ]),
    ...startSteps(site),
  ];
}
