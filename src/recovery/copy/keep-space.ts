import { stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Configuration } from '../../config/configuration.ts';
import { formatByteSize } from '../../model/byte-size.ts';
import type { KeptFree } from '../../model/copy.ts';
import { Failure } from '../../model/failure.ts';
import type { Finding } from '../../model/finding.ts';
import { exists } from '../apply/durable-files.ts';
import type { RestorePlan } from '../restore-plan.ts';
import type { CopyDependencies } from './copy-deps.ts';

/** Milliseconds between two looks at what is free; a restore of a full second's writing is what may come in between. */
const lookEveryMs = 1000;

interface Space {
  readonly device: number;
  readonly totalBytes: number;
  readonly availableBytes: number;
}

/** Bytes that must stay free. */
export function bytesToKeep(kept: KeptFree, totalBytes: number): number {
  return 'bytes' in kept ? kept.bytes : Math.ceil(kept.share * totalBytes);
}

/**
 * Refusals of a copy that would leave less than what must stay free, on each file system that it writes to.
 *
 * @param plan of the restore; what it needs beyond what is free it has refused itself
 */
export async function refuseFullDisk(
  plan: Pick<RestorePlan, 'disk' | 'refusals'>,
  { keepFree }: Pick<Configuration['copies'], 'keepFree'>,
): Promise<Finding[]> {
  if (plan.refusals.some(({ rule }) => rule === 'disk-too-small')) return [];
  const byDevice = new Map<number, { readonly path: string; readonly space: Space; needed: number }>();
  for (const { path, neededBytes } of plan.disk) {
    const space = await readSpace(path);
    const known = byDevice.get(space.device) ?? { path, space, needed: 0 };
    byDevice.set(space.device, { ...known, needed: known.needed + neededBytes });
  }
  return [...byDevice.values()].flatMap(({ path, space, needed }) => {
    const kept = bytesToKeep(keepFree, space.totalBytes);
    if (space.availableBytes - needed >= kept) return [];
    return [
      {
        rule: 'disk-too-small',
        severity: 'critical' as const,
        subject: path,
        problem: 'a copy would take room that must stay free',
        evidence: `${formatByteSize(needed)} are needed, ${formatByteSize(space.availableBytes)} are free, and ${formatByteSize(kept)} must stay free (copies.keepFree)`,
        remedy: 'Make room, name another copies.directory, or let less stay free.',
      },
    ];
  });
}

/**
 * Does work that fills a file system, and stops it when less is free than must be. The caller takes away what was made.
 *
 * @throws Failure disk-full when it was stopped for that; and as the work
 */
export async function keepSpace<Result>(
  place: string,
  deps: Pick<CopyDependencies, 'configuration' | 'signal'>,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const stop = new AbortController();
  let failure: Failure | undefined;
  const look = async (): Promise<void> => {
    const { totalBytes, availableBytes } = await readSpace(place);
    const kept = bytesToKeep(deps.configuration.copies.keepFree, totalBytes);
    if (availableBytes >= kept || failure !== undefined) return;
    failure = new Failure('disk-full', {
      operation: 'restore beside production',
      place,
      problem: `${formatByteSize(availableBytes)} are free and ${formatByteSize(kept)} must stay free (copies.keepFree)`,
      hint: 'What was restored was removed. Make room, or name another copies.directory.',
    });
    stop.abort(failure);
  };
  // A place that cannot be looked at any more is noticed by the work itself.
  const timer = setInterval(() => void look().catch(() => {}), lookEveryMs);
  try {
    return await work(AbortSignal.any([stop.signal, ...(deps.signal === undefined ? [] : [deps.signal])]));
  } catch (error) {
    throw failure ?? error;
  } finally {
    clearInterval(timer);
  }
}

/** The file system of a path, or of its nearest ancestor that exists. */
async function readSpace(path: string): Promise<Space> {
  let place = path;
  while (place !== '/' && !(await exists(place))) place = dirname(place);
  const [space, { dev }] = await Promise.all([statfs(place), stat(place)]);
  return {
    device: dev,
    totalBytes: space.blocks * space.bsize,
    availableBytes: space.bavail * space.bsize,
  };
}
