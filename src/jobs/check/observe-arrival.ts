import { setTimeout as delay } from 'node:timers/promises';
import { listRepository } from '../../engine/repo-list.ts';
import type { Catalogue } from '../../model/backup-set.ts';
import { Failure, isFailure } from '../../model/failure.ts';
import type { Repository } from '../../model/repository.ts';
import { parseStoredSegment } from '../../model/wal.ts';
import { switchWal } from '../../postgres/archiver.ts';
import type { Server } from '../../postgres/server.ts';
import type { ArrivalObservation, RepositoryArrival } from '../../status/observations.ts';
import type { CheckContext } from './check-deps.ts';

/**
 * Writes something into WAL, ends its segment, and looks into every repository until that very segment is there.
 *
 * Looking goes through the engine, so it sees what a restore would see. `check` and `info` would not do: they stay
 * green when archive-push-queue-max drops WAL.
 *
 * @param catalogue tells the archive id of each repository
 */
export async function observeArrival(
  context: CheckContext,
  server: Server,
  catalogue: Catalogue | undefined,
  timeoutMs: number,
): Promise<ArrivalObservation> {
  let segment: string;
  const before = context.now();
  try {
    ({ segment } = await switchWal(server, `holdfast check ${new Date(before).toISOString()}`));
  } catch (error) {
    if (!isFailure(error) || error.kind === 'interrupted') throw error;
    return { tried: false, expected: true, reason: error.message };
  }
  const switchedAt = context.now();
  context.onEvent?.({ kind: 'switched', segment, timeoutMs });
  const repositories = await Promise.all(
    context.stanza.repositories.map((repository) =>
      waitForSegment(context, {
        repository,
        segment,
        switchedAt,
        timeoutMs,
        archiveId: archiveIdOf(catalogue, repository, server),
      }),
    ),
  );
  return { tried: true, segment, switchedAt, timeoutMs, repositories };
}

/** `15-1`: the newest database in the repository, whose archive directory may not be there before the first WAL. */
function archiveIdOf(catalogue: Catalogue | undefined, repository: Repository, server: Server): string {
  const newest = catalogue?.databases
    .filter(({ repositoryKey }) => repositoryKey === repository.key)
    .toSorted((left, right) => left.databaseId - right.databaseId)
    .at(-1);
  return newest === undefined ? `${server.major}-1` : `${newest.version}-${newest.databaseId}`;
}

interface Wanted {
  readonly repository: Repository;
  readonly archiveId: string;
  readonly segment: string;
  readonly switchedAt: number;
  readonly timeoutMs: number;
}

async function waitForSegment(context: CheckContext, wanted: Wanted): Promise<RepositoryArrival> {
  const { repository, segment, switchedAt, timeoutMs } = wanted;
  let problem: string | undefined;
  for (let pause = 50; ; pause = Math.min(pause * 1.5, 1000)) {
    if (context.signal?.aborted === true) throw interrupted(segment);
    const looked = await lookFor(context, wanted);
    const afterMs = context.now() - switchedAt;
    if (looked.found !== undefined) {
      context.onEvent?.({ kind: 'arrived', repository: repository.name, afterMs });
      return { repository: repository.name, afterMs, problem: undefined, ...looked.found };
    }
    problem = looked.problem ?? problem;
    if (afterMs >= timeoutMs) {
      const nothing = { afterMs: undefined, file: undefined, checksum: undefined, writtenAt: undefined };
      return {
        repository: repository.name,
        ...nothing,
        problem:
          problem ??
          `it is not in archive/${context.stanza.name}/${wanted.archiveId}/${segment.slice(0, 16)}`,
      };
    }
    await delay(Math.min(pause, Math.max(1, timeoutMs - afterMs)));
  }
}

async function lookFor(
  context: CheckContext,
  { repository, archiveId, segment }: Wanted,
): Promise<{ found?: Pick<RepositoryArrival, 'file' | 'checksum' | 'writtenAt'>; problem?: string }> {
  const { engine, stanza, signal } = context;
  const path = `archive/${stanza.name}/${archiveId}/${segment.slice(0, 16)}`;
  try {
    const entries = await listRepository(
      engine,
      { stanza: stanza.name, repositoryKey: repository.key, path, recurse: false },
      { signal, ioTimeoutSeconds: 10 },
    );
    for (const { name, time } of entries) {
      const stored = parseStoredSegment(name);
      if (stored?.segment === segment && !stored.isPartial)
        return { found: { file: `${path}/${name}`, checksum: stored.checksum, writtenAt: time } };
    }
    return {};
  } catch (error) {
    if (!isFailure(error) || error.kind === 'interrupted') throw error;
    return { problem: error.problem };
  }
}

function interrupted(segment: string): Failure {
  return new Failure('interrupted', { operation: `wait for WAL segment ${segment}`, problem: 'interrupted' });
}
