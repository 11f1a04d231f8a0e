import type { BackupSet } from '../../model/backup-set.ts';
import { describePin, type Pin, pinBinds, pinOf, provenAnnotation } from '../../model/pin.ts';

/** Why a set is never expired. */
export type Protection =
  | { readonly kind: 'pinned'; readonly pin: Pin }
  /** The newest one from which a restore has been tried. `proof` is what the annotation says. */
  | { readonly kind: 'proven'; readonly proof: string }
  /** One of the newest complete full sets, of which this many must stay. */
  | { readonly kind: 'last-full'; readonly minimum: number }
  /** A copy on this host is being restored from it at this moment. */
  | { readonly kind: 'in-use'; readonly by: string }
  /** A protected set is built on it. */
  | { readonly kind: 'needed'; readonly by: string };

/** Labels of one repository that are being restored now, each with the id of the copy. */
export type SetsInUse = ReadonlyMap<string, string>;

/** Each protected set of one repository by its label, with every reason there is. */
export type ProtectedSets = ReadonlyMap<string, readonly Protection[]>;

/**
 * Which sets of one repository stay, whatever its retention says: pinned ones, the one proven last, the newest full
 * ones without damaged pages, and all that these are built on (prior and references of pgBackRest's backup.info).
 *
 * @param sets of one repository
 * @param now epoch milliseconds, for pins that have ended
 * @param minimum at least so many complete full sets stay; 1 is the least
 * @param inUse labels of sets that are being restored, with what restores them
 */
export function judgeProtection(
  sets: readonly BackupSet[],
  now: number,
  minimum: number | undefined,
  inUse: SetsInUse = new Map(),
): ProtectedSets {
  const found = new Map<string, Protection[]>();
  const protect = (label: string, protection: Protection): void => {
    found.set(label, [...(found.get(label) ?? []), protection]);
  };
  for (const set of sets) {
    const pin = pinOf(set);
    if (pin !== undefined && pinBinds(pin, now)) protect(set.label, { kind: 'pinned', pin });
  }
  for (const { label } of sets) {
    const by = inUse.get(label);
    if (by !== undefined) protect(label, { kind: 'in-use', by });
  }
  const byAge = sets.toSorted((left, right) => left.stopTime - right.stopTime);
  const proven = byAge.findLast((set) => (set.annotations[provenAnnotation] ?? '') !== '');
  if (proven !== undefined)
    protect(proven.label, { kind: 'proven', proof: proven.annotations[provenAnnotation] as string });
  const least = Math.max(1, minimum ?? 1);
  for (const set of newestFulls(byAge, least)) protect(set.label, { kind: 'last-full', minimum: least });
  const chosen = Array.from(found.keys());
  for (const label of chosen) {
    for (const needed of ancestors(label, sets)) protect(needed, { kind: 'needed', by: label });
  }
  return found;
}

/** `sets`: oldest first. Where every full set has damaged pages, the newest of those: something is better than nothing. */
function newestFulls(sets: readonly BackupSet[], count: number): readonly BackupSet[] {
  const fulls = sets.filter((set) => set.type === 'full');
  const complete = fulls.filter((set) => !set.error);
  return (complete.length > 0 ? complete : fulls).slice(-count);
}

function ancestors(label: string, sets: readonly BackupSet[]): ReadonlySet<string> {
  const byLabel = new Map(sets.map((set) => [set.label, set]));
  const result = new Set<string>();
  const visit = (name: string): void => {
    const set = byLabel.get(name);
    for (const next of [...(set?.references ?? []), ...(set?.prior === undefined ? [] : [set.prior])]) {
      if (next === label || result.has(next)) continue;
      result.add(next);
      visit(next);
    }
  };
  visit(label);
  return result;
}

/** A reason in words: `pinned until 2027-01-01T00:00:00Z`. */
export function describeProtection(protection: Protection): string {
  switch (protection.kind) {
    case 'pinned':
      return `pinned ${describePin(protection.pin)}`;
    case 'proven':
      return `the set proven last (${protection.proof})`;
    case 'last-full':
      return protection.minimum === 1
        ? 'the last complete full set'
        : `one of the last ${protection.minimum} complete full sets`;
    case 'in-use':
      return `being restored by ${protection.by}`;
    case 'needed':
      return `needed by ${protection.by}`;
    default:
      return protection satisfies never;
  }
}
