import type { Catalogue } from '../../model/backup-set.ts';
import { type Pin, pinBinds, pinOf } from '../../model/pin.ts';
import type { Repository } from '../../model/repository.ts';

/** A pin on a set in one repository. */
export interface PinnedSet {
  readonly repository: { readonly name: string; readonly key: number };
  readonly label: string;
  readonly pin: Pin;
  /** False once its time is over: the set goes when the retention says so. */
  readonly binds: boolean;
}

/** Every pin in these repositories, by repository and label. `now` is epoch milliseconds. */
export function listPins(
  catalogue: Pick<Catalogue, 'sets'>,
  repositories: readonly Pick<Repository, 'name' | 'key'>[],
  now: number,
): readonly PinnedSet[] {
  return repositories.flatMap(({ name, key }) =>
    catalogue.sets
      .filter((set) => set.repositoryKey === key)
      .flatMap((set) => {
        const pin = pinOf(set);
        return pin === undefined
          ? []
          : [{ repository: { name, key }, label: set.label, pin, binds: pinBinds(pin, now) }];
      }),
  );
}

/** A pin as `--json` shows it: docs/json.md, pin. */
export function documentPin({ repository, label, pin, binds }: PinnedSet): Record<string, unknown> {
  return { repository: repository.name, label, ...pinFields(pin), binds };
}

/** The pin of a set, as `--json` shows it with the set. `now` is epoch milliseconds. */
export function pinToJson(pin: Pin, now: number): Record<string, unknown> {
  return { ...pinFields(pin), binds: pinBinds(pin, now) };
}

function pinFields({ until, by, because }: Pin): Record<string, unknown> {
  return {
    until: until === 'forever' ? until : new Date(until).toISOString(),
    ...(by === undefined ? {} : { by }),
    ...(because === undefined ? {} : { because }),
  };
}
