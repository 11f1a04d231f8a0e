import { type EngineVersion, isAtLeast } from '../model/engine-version.ts';

/** A directory of a set that backup.info does not list: a backup that goes on, can be resumed, or was cut off. */
export interface UnlistedSet {
  readonly label: string;
  /** It has a `backup.manifest.copy`. */
  readonly resumable: boolean;
}

/**
 * Which directories of sets an expire removes beside those of the sets that it expires. Since 2.59 the newest one of all
 * stays when it can be resumed: it may be a backup that another host is taking (pgBackRest `src/command/expire/expire.c`,
 * removeExpiredBackup).
 *
 * @param kept labels that stay, and `expired` those that go
 */
export function modelLeftovers(
  unlisted: readonly UnlistedSet[],
  { kept, expired }: { readonly kept: readonly string[]; readonly expired: readonly string[] },
  engine: EngineVersion,
): readonly string[] {
  const newest = [...unlisted.map(({ label }) => label), ...kept, ...expired].toSorted().at(-1);
  return unlisted
    .filter(({ label, resumable }) => !(label === newest && resumable && isAtLeast(engine, 59)))
    .map(({ label }) => label);
}

/**
 * Which manifests of past sets (`backup.history`) an expire removes: years before that of the oldest day are removed
 * wholly, even of sets that are still there; in that year what is older and no longer there (removeExpiredHistory).
 *
 * @param manifests labels
 * @param oldest label that a full set of now minus `retention.history` would have: local time of the engine's host
 */
export function modelHistoryExpiry(
  manifests: readonly string[],
  kept: readonly string[],
  oldest: string,
): readonly string[] {
  const year = oldest.slice(0, 4);
  return manifests.filter((label) => {
    const own = label.slice(0, 4);
    return own < year || (own === year && label < oldest && !kept.includes(label));
  });
}
