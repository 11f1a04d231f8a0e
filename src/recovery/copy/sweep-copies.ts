import type { CopyRecord } from '../../model/copy.ts';
import { type Failure, isFailure } from '../../model/failure.ts';
import { isAlive } from '../../process/process-identity.ts';
import type { CopyDependencies } from './copy-deps.ts';
import { dropCopy } from './drop-copy.ts';

/** Why a copy is taken away without being asked. */
export type SweepReason = 'its time is over' | 'whoever made it is gone' | 'dropping it was interrupted';

/** What became of copies that should not be there any more. */
export interface SweptCopy {
  readonly copy: CopyRecord;
  readonly reason: SweepReason;
  /** Undefined: it is gone. */
  readonly failure: Failure | undefined;
}

/**
 * Why a copy should go. Only looks.
 *
 * @param now epoch milliseconds
 * @param alive whether a process still lives
 * @returns undefined: it stays
 */
export function judgeCopy(
  copy: CopyRecord,
  now: number,
  alive: (process: NonNullable<CopyRecord['process']>) => boolean,
): SweepReason | undefined {
  const isUsed = copy.process !== undefined && alive(copy.process);
  if (copy.state === 'dropping') return isUsed ? undefined : 'dropping it was interrupted';
  if (copy.purpose !== 'clone' || copy.state === 'making')
    return isUsed ? undefined : 'whoever made it is gone';
  return copy.expiresAt !== undefined && copy.expiresAt <= now ? 'its time is over' : undefined;
}

/** Drops every copy of this host that should not be there. One that cannot be dropped does not keep the others. */
export async function sweepCopies(
  deps: Pick<
    CopyDependencies,
    'configuration' | 'journal' | 'currentUid' | 'sleep' | 'limits' | 'checkpoint' | 'now' | 'host' | 'signal'
  >,
): Promise<SweptCopy[]> {
  const swept: SweptCopy[] = [];
  for (const copy of deps.journal.copies.list()) {
    if (copy.host !== deps.host || deps.signal?.aborted === true) continue;
    const reason = judgeCopy(copy, deps.now(), isAlive);
    if (reason === undefined) continue;
    try {
      await dropCopy(copy, deps);
      swept.push({ copy, reason, failure: undefined });
    } catch (error) {
      if (!isFailure(error)) throw error;
      swept.push({ copy, reason, failure: error });
    }
  }
  return swept;
}
