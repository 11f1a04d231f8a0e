import type { CopyRecord } from '../../model/copy.ts';
import { Failure } from '../../model/failure.ts';
import { maskCommand } from '../../model/mask-command.ts';
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
}

/**
 * The last look before anybody works with a copy: what the running server itself says. The engine's restore was told to
 * switch archiving off, the settings of a copy do so again, and so do the arguments of its start; a copy that archives all
 * the same is stopped at once.
 *
 * @throws Failure proof-failed
 */
export async function proveHarmless(server: Server, { id, dataDirectory }: CopyRecord): Promise<void> {
  const seen = await queryRow<SeenCopy>(
    server,
    `SELECT current_setting('archive_mode') AS mode,
        (SELECT source FROM pg_settings WHERE name = 'archive_mode') AS source,
        current_setting('archive_command') AS command, current_setting('archive_library', true) AS library,
        current_setting('data_directory') AS directory, current_setting('synchronous_standby_names') AS standbys,
        ARRAY(SELECT DISTINCT backend_type FROM pg_stat_activity
               WHERE backend_type IN ('archiver', 'walreceiver', 'slotsync worker')
                  OR backend_type LIKE 'logical replication%' ORDER BY 1) AS processes`,
    { database: 'postgres' },
  );
  const problem = judgeSeenCopy(seen, dataDirectory);
  if (problem === undefined) return;
  throw new Failure('proof-failed', {
    operation: `prove that copy ${id} is harmless`,
    place: dataDirectory,
    problem,
    hint: 'The copy was stopped and dropped. Nothing of production was touched; tell the makers of Holdfast.',
  });
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
