import { statfs } from 'node:fs/promises';
import type { Repository } from '../../model/repository.ts';
import type { RepositorySpace } from '../../status/archive-observation.ts';
import type { Journal } from '../../store/journal.ts';
import type { Clock } from '../job-deps.ts';
import { isLocalFileSystem } from '../setup/observe-setup.ts';

/** How far back growth is looked at: longer than a week, because most schedules have its rhythm. Milliseconds. */
const trackMs = 14 * 24 * 60 * 60_000;

/**
 * Looks how much room a repository has, and remembers it. What root keeps for itself does not count.
 *
 * @returns undefined for one that is no directory of this host, or cannot be looked at
 */
export async function observeRepositorySpace(
  stanza: string,
  repository: Repository,
  deps: { readonly journal: Pick<Journal, 'samples'>; readonly clock: Pick<Clock, 'now'> },
): Promise<RepositorySpace | undefined> {
  if (!isLocalFileSystem(repository)) return undefined;
  // What cannot be looked at is a finding of the look at its archive.
  const space = await statfs(repository.path).catch(() => undefined);
  if (space === undefined) return undefined;
  const { samples } = deps.journal;
  const name = `free ${repository.name}`;
  const now = deps.clock.now();
  const availableBytes = space.bavail * space.bsize;
  const before = samples.samples(stanza, name, now - trackMs).filter(({ at }) => at < now);
  samples.note(stanza, now, { [name]: availableBytes });
  return {
    availableBytes,
    totalBytes: space.blocks * space.bsize,
    track: [...before, { at: now, value: availableBytes }],
  };
}
