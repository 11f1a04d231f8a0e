import type { BackupSet, Catalogue } from '../../model/backup-set.ts';
import { isFailure } from '../../model/failure.ts';
import { lastSets } from '../../model/last-sets.ts';
import type { Clock } from '../job-deps.ts';

/** Of which sets it is asked how many databases they hold; `watch.databases`. */
export type DatabasesWish = 'none' | 'latest' | 'all';

/** Looks at sets stop for others after so long; the rest is for the next look. Milliseconds. */
const patienceMs = 30_000;

/** How many databases the sets of all stanzas hold. A set never changes, so each is asked for once. */
export class SetDatabases {
  readonly #known = new Map<string, ReadonlyMap<string, number>>();

  /**
   * Asks for what is not known yet, newest first, for half a minute at most. A set that cannot be read now is left out,
   * and asked for again by the next look: that its catalogue was read is not less true for it.
   *
   * @param deps.count @throws Failure @returns undefined when the set has gone
   * @returns by `setKey`; sets that are not known are left out
   */
  async look(
    catalogue: Catalogue,
    wish: DatabasesWish,
    deps: {
      readonly count: (set: BackupSet) => Promise<number | undefined>;
      readonly clock: Pick<Clock, 'monotonic'>;
    },
  ): Promise<ReadonlyMap<string, number>> {
    const place = [catalogue.stanza, ...catalogue.repositories.map((repository) => repository.key)].join(' ');
    const before = this.#known.get(place);
    const known = new Map<string, number>();
    const until = deps.clock.monotonic() + patienceMs;
    for (const set of chooseSets(catalogue, wish)) {
      const key = setKey(set);
      const count =
        before?.get(key) ?? (deps.clock.monotonic() < until ? await ask(set, deps.count) : undefined);
      if (count !== undefined) known.set(key, count);
    }
    this.#known.set(place, known);
    return known;
  }
}

/** A set in one repository: `1/20261120-214900F`. */
export function setKey({ repositoryKey, label }: Pick<BackupSet, 'repositoryKey' | 'label'>): string {
  return `${repositoryKey}/${label}`;
}

function chooseSets({ sets }: Catalogue, wish: DatabasesWish): readonly BackupSet[] {
  if (wish === 'none') return [];
  return wish === 'all' ? sets.toReversed() : lastSets(sets).map(({ set }) => set);
}

async function ask(
  set: BackupSet,
  count: (set: BackupSet) => Promise<number | undefined>,
): Promise<number | undefined> {
  try {
    return await count(set);
  } catch (error) {
    if (isFailure(error)) return undefined;
    throw error;
  }
}
