import type { Stanza } from '../../config/configuration.ts';
import { readCatalogue } from '../../engine/info.ts';
import { Failure } from '../../model/failure.ts';
import type { BackupSet } from '../../model/backup-set.ts';
import type { Repository } from '../../model/repository.ts';
import type { SimulationBegin } from '../../retention/simulate-retention.ts';
import type { TimeRange } from '../../retention/time-range.ts';
import type { ArchiveDocument } from '../../status/document-archive.ts';
import type { CommandContext } from '../context.ts';
import { seeArchives } from '../look-at-archives.ts';
import type { Origin } from './read-span.ts';

/** What a repository holds at the beginning, and what had to be assumed of it. */
export interface KnownBegin extends SimulationBegin {
  /** `15-1`; undefined: it has no WAL archive. */
  readonly archiveId: string | undefined;
  readonly assumed: readonly string[];
}

/** A new repository. @param now epoch milliseconds */
export function emptyBegin(now: number): KnownBegin {
  return { now, sets: [], wal: [], assumed: [], archiveId: undefined };
}

/**
 * What each repository, by name, begins with. For `now` the engine is asked for the sets and the WAL ledger for the WAL.
 *
 * @throws Failure as readCatalogue and seeArchives; repository-unreachable when one cannot tell its sets
 */
export async function readBegin(
  from: {
    readonly stanza: Stanza;
    readonly repositories: readonly Repository[];
    readonly origin: Origin;
  },
  context: CommandContext,
): Promise<ReadonlyMap<string, KnownBegin>> {
  const { stanza, repositories, origin } = from;
  if (origin.kind === 'empty') return new Map();
  const { signal, onSpawn } = context;
  const catalogue = await readCatalogue(await context.engine(), stanza.name, { signal, onSpawn });
  const archives = await seeArchives({ stanza, repositories }, context, { fresh: false });
  return new Map(
    repositories.map(({ name, key }) => {
      const status = catalogue.repositories.find((one) => one.key === key);
      const sets = catalogue.sets.filter(({ repositoryKey }) => repositoryKey === key);
      // 2: there is no valid backup yet (pgBackRest info.c), which is no reason not to begin.
      if (status === undefined || (status.code !== 0 && status.code !== 2 && sets.length === 0))
        throw new Failure('repository-unreachable', {
          operation: 'read the sets of the repository',
          place: name,
          problem: status?.message ?? 'pgBackRest does not know it',
          hint: 'Run `holdfast check`, or simulate from an empty repository with --from empty.',
        });
      const archive = archives.find(({ repository }) => repository === name);
      const archiveId = catalogue.archives.findLast((one) => one.repositoryKey === key)?.id;
      return [name, { now: origin.at, sets, archiveId, ...walOf(archive, sets, origin.at) }];
    }),
  );
}

/** Windows begin where a set ended; its WAL is there from its begin on. */
function walOf(
  archive: ArchiveDocument | undefined,
  sets: readonly BackupSet[],
  now: number,
): { readonly wal: readonly TimeRange[]; readonly assumed: readonly string[] } {
  const windows = archive?.unknown === undefined ? archive?.windows?.contiguous : undefined;
  const oldest = Math.min(now, ...sets.map(({ startTime }) => startTime * 1000));
  if (windows === undefined)
    return {
      wal: [{ from: oldest, to: now }],
      assumed: [
        `all WAL since the oldest set is there; the archive could not be judged (${archive?.unknown ?? 'its windows are not known'})`,
      ],
    };
  return {
    wal: windows.flatMap(({ set, from, to }) => {
      const begin = sets.find(({ label }) => label === set)?.startTime;
      const start = begin === undefined ? Date.parse(from.time ?? '') : begin * 1000;
      const end = to.time === undefined ? now : Date.parse(to.time);
      // What was written since the last segment is on its way: WAL of now is archived from now on.
      const last = windows.at(-1)?.set === set ? now : end;
      return Number.isNaN(start) ? [] : [{ from: start, to: Math.max(start, last) }];
    }),
    assumed: [],
  };
}
