import { isAlive } from '../../process/process-identity.ts';
import type { Journal } from '../../store/journal.ts';
import type { SetsInUse } from './protected-sets.ts';

/**
 * Sets that a copy on this host is being restored from: without its set a restore in its middle would fail, and the drill
 * would have proved nothing. A clone that is ready needs its set no more. What other hosts restore is not known here.
 */
export function setsInUse(journal: Pick<Journal, 'copies'>, stanza: string, repository: string): SetsInUse {
  return new Map(
    journal.copies
      .list({ stanza })
      .filter((copy) => copy.repository === repository && copy.state !== 'dropping')
      .filter(({ purpose, state }) => purpose !== 'clone' || state === 'making')
      .filter(({ process }) => process !== undefined && isAlive(process))
      .map(({ set, id }) => [set, id]),
  );
}
