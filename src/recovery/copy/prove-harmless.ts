import type { CopyRecord } from '../../model/copy.ts';
import { Failure } from '../../model/failure.ts';
import { maskCommand } from '../../model/mask-command.ts';
import type { Finding } from '../../model/finding.ts';
import { queryRow } from '../../postgres/query.ts';
import type { Server } from '../../postgres/server.ts';

/** What a running copy says of itself. */
export interface SeenCopy {
  readonly mode: string;
  /** Where that value comes from: `command line`, where nothing but another start overrides it. */
  readonly source: string;
  readonly command: string;
  readonly library: string | null;
  readonly directory: string;
  readonly standbys: string;
  /** Processes that would reach production, by their kind. */
  readonly processes: readonly string[];
  /** Every kind of process that runs. */
  readonly kinds: readonly string[];
  readonly preloaded: string;
}

/**
 * The last look before anybody works with a copy: what the running server itself says. The engine's restore was told to
 * switch archiving off, the settings of a copy do so again, and so do the arguments of its start; a copy that archives all
 * the same is stopped at once.
 *
 * @returns what is worth knowing of a copy that is given out all the same
 * @throws Failure proof-failed
 */
export async function proveHarmless(server: Server, { id, dataDirectory }: CopyRecord): Promise<Finding[]> {
  const seen = await queryRow<SeenCopy>(
    server,
    `SELECT current_setting('archive_mode') AS mode,
        (SELECT source FROM pg_settings WHERE name = 'archive_mode') AS source,
        current_setting('archive_command') AS command, current_setting('archive_library', true) AS library,
        current_setting('data_directory') AS directory, current_setting('synchronous_standby_names') AS standbys,
        ARRAY(SELECT DISTINCT backend_type FROM pg_stat_activity
               WHERE backend_type IN ('archiver', 'walreceiver', 'slotsync worker')
                  OR backend_type LIKE 'logical replication%' ORDER BY 1) AS processes,
        ARRAY(SELECT DISTINCT backend_type FROM pg_stat_activity WHERE backend_type IS NOT NULL ORDER BY 1) AS kinds,
        current_setting('shared_preload_libraries') AS preloaded`,
    { database: 'postgres' },
  );
  const problem = judgeSeenCopy(seen, dataDirectory);
  if (problem === undefined) return findUnknownWorkers(seen, id);
  throw new Failure('proof-failed', {
    operation: `prove that copy ${id} is harmless`,
    place: dataDirectory,
    problem,
    hint: 'The copy was stopped and dropped. Nothing of production was touched; tell the makers of Holdfast.',
  });
}

/** PostgreSQL's own, 13 to 18 (`src/backend/utils/init/miscinit.c`, GetBackendTypeDesc); those above are judged there. */
const ownKinds = new Set([
  'autovacuum launcher',
  'autovacuum worker',
  'background writer',
  'checkpointer',
  'client backend',
  'io worker',
  'logger',
  'parallel worker',
  'standalone backend',
  'startup',
  'stats collector',
  'walsender',
  'walsummarizer',
  'walwriter',
]);

/** Workers of extensions that stay within their server: scratch-config.ts keeps the first two still. */
const passiveKinds = /^(?:TimescaleDB |citus|autoprewarm|pg_wait_sampling )/i;

/**
 * Workers of extensions that nobody here knows: libraries that are preloaded are taken over, because data may not be
 * readable without, and only those that are known to act are left out. It is no reason to refuse the copy: most of them
 * do no harm, and nobody could clone who has one. Workers without a database do not show. Pure.
 *
 * @see https://www.postgresql.org/docs/current/monitoring-stats.html#MONITORING-PG-STAT-ACTIVITY-VIEW
 */
export function findUnknownWorkers({ kinds, preloaded }: SeenCopy, id: string): Finding[] {
  const unknown = kinds.filter((kind) => !ownKinds.has(kind) && !passiveKinds.test(kind));
  if (unknown.length === 0) return [];
  return [
    {
      rule: 'copy-runs-workers',
      severity: 'warning',
      subject: `copy ${id}`,
      problem: `workers of extensions run in it that Holdfast does not know: ${unknown.join(', ')}`,
      evidence: `pg_stat_activity of the copy; shared_preload_libraries = ${preloaded}`,
      remedy: `They have production's data and settings. See that they reach nothing of production; otherwise drop a clone with \`holdfast clone drop ${id}\` (the copy of a drill or a search goes with it), and tell the makers of Holdfast the name of the library.`,
    },
  ];
}

/** @returns why it is not harmless; undefined when it is. Pure */
export function judgeSeenCopy(seen: SeenCopy, dataDirectory: string): string | undefined {
  if (seen.directory !== dataDirectory) return `another server answered: ${seen.directory}`;
  if (seen.mode !== 'off') return `it could archive: archive_mode = ${seen.mode}`;
  if (seen.source !== 'command line')
    return `it could be made to archive: archive_mode comes from ${seen.source}`;
  if (!['', '(disabled)'].includes(seen.command))
    return `it could archive: archive_command = ${maskCommand(seen.command)}`;
  if ((seen.library ?? '') !== '') return `it could archive: archive_library = ${String(seen.library)}`;
  if (seen.standbys !== '') return `it waits for standbys: ${seen.standbys}`;
  if (seen.processes.length > 0) return `it has processes that reach others: ${seen.processes.join(', ')}`;
  return undefined;
}
