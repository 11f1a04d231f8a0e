import type { BackupSet } from '../../model/backup-set.ts';
import { measureSpeed } from './estimate-restore.ts';
import type { RestoreSample } from './restore-sample.ts';

/** Below this share of the other's time a repository is worth to be preferred: measurements scatter. */
const worthwhile = 0.8;

/**
 * Repositories in the order in which they are tried: that of the file, unless each of them was restored from before and
 * a later one takes clearly less time than all before it.
 *
 * @param likely the set that a restore would begin with, by repository key
 */
export function preferFast<Repository extends { readonly name: string; readonly key: number }>(
  repositories: readonly Repository[],
  likely: ReadonlyMap<number, Pick<BackupSet, 'size'>>,
  samples: readonly RestoreSample[],
): readonly Repository[] {
  const timed = repositories.map((repository) => ({
    repository,
    seconds: secondsOf(repository, likely, samples),
  }));
  // Who was never tried may be the fastest: nobody knows, so the file's order stands.
  if (timed.some(({ seconds }) => seconds === undefined)) return repositories;
  const [first, ...others] = timed;
  if (first?.seconds === undefined) return repositories;
  const best = others
    .filter(({ seconds = Infinity }) => seconds < worthwhile * (first.seconds ?? 0))
    .toSorted((left, right) => (left.seconds ?? 0) - (right.seconds ?? 0))[0];
  if (best === undefined) return repositories;
  return [best.repository, ...repositories.filter((repository) => repository !== best.repository)];
}

/** A repository without a set cannot be preferred, and keeps no other from being. */
function secondsOf(
  { name, key }: { readonly name: string; readonly key: number },
  likely: ReadonlyMap<number, Pick<BackupSet, 'size'>>,
  samples: readonly RestoreSample[],
): number | undefined {
  const set = likely.get(key);
  if (set === undefined) return Infinity;
  const speed = measureSpeed(samples, name);
  return speed === undefined ? undefined : set.size / speed.bytesPerSecond + speed.otherSeconds;
}
