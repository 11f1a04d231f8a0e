import type { DrillTarget } from '../../model/drill.ts';
import type { RestoreTarget } from '../../model/restore-target.ts';
import type { Window } from '../../model/window.ts';

/** A drill that was done. Times are epoch milliseconds. */
export interface DoneDrill {
  readonly repository: string;
  /** Label of the set that it restored. */
  readonly set: string;
  readonly at: number;
}

/** A set from which a restore can begin. */
export interface DrillableSet {
  readonly label: string;
  /** The first moment that can be restored from it, epoch milliseconds. */
  readonly from: number;
}

/** What a drill restores: `setLabel` undefined leaves the set to the planner. */
export interface ChosenMoment {
  readonly target: RestoreTarget;
  readonly setLabel: string | undefined;
}

/** What one repository has: windows oldest first, usable sets oldest first. */
export interface DrillableRepository {
  readonly windows: readonly Pick<Window, 'from' | 'to'>[];
  readonly sets: readonly DrillableSet[];
}

/**
 * The repository whose turn it is: the first that was never drilled, or the one that was drilled longest ago.
 *
 * @param names in the order of the file, at least one
 */
export function chooseRepository(names: readonly string[], done: readonly DoneDrill[]): string {
  return longestAgo(names, (name) => lastOf(done.filter(({ repository }) => repository === name)));
}

/**
 * The moment that a drill restores. Pure: chance comes in as `random`.
 *
 * @param asked anything but `latest`, for which nothing has to be known
 * @param setLabel only moments that this set is restored for
 * @param done of this repository
 * @param random from 0 up to 1
 * @returns undefined when the repository has no set that a restore can begin with, or not this one
 */
export function chooseMoment(
  asked: Exclude<DrillTarget, 'latest'>,
  repository: DrillableRepository,
  { setLabel, done, random }: { setLabel: string | undefined; done: readonly DoneDrill[]; random: number },
): ChosenMoment | undefined {
  const { sets } = repository;
  if (setLabel !== undefined) return ofSet(repository, setLabel, asked === 'oldest' ? undefined : random);
  const [oldest] = sets;
  if (oldest === undefined) return undefined;
  switch (asked) {
    case 'oldest':
      return ofSet(repository, oldest.label, undefined);
    case 'each': {
      const label = longestAgo(
        sets.map((set) => set.label),
        (name) => lastOf(done.filter(({ set }) => set === name)),
      );
      return ofSet(repository, label, random);
    }
    case 'random':
      return ofWindows(repository, random);
    default:
      return asked satisfies never;
  }
}

/** A moment of all windows together, as if they lay one behind the other: the longer one, the likelier. */
function ofWindows({ windows, sets }: DrillableRepository, random: number): ChosenMoment | undefined {
  const spans = windows.flatMap(({ from, to }) =>
    from.time !== undefined && to.time !== undefined && to.time > from.time
      ? [{ from: from.time, length: to.time - from.time }]
      : [],
  );
  let rest = random * spans.reduce((sum, { length }) => sum + length, 0);
  for (const span of spans) {
    if (rest < span.length) return { target: timeTarget(span.from + Math.floor(rest)), setLabel: undefined };
    rest -= span.length;
  }
  // Nothing but sets, each with its own moment.
  const only = sets[Math.min(sets.length - 1, Math.floor(random * sets.length))];
  return only && { target: { kind: 'immediate' }, setLabel: only.label };
}

/** A moment between a set and the next one, for which a restore would begin with it. @param random undefined: its end */
function ofSet(
  { windows, sets }: DrillableRepository,
  label: string,
  random: number | undefined,
): ChosenMoment | undefined {
  const index = sets.findIndex((set) => set.label === label);
  const set = sets[index];
  if (set === undefined) return undefined;
  const window = windows.find(
    ({ from, to }) => (from.time ?? Infinity) <= set.from && set.from <= (to.time ?? -Infinity),
  );
  const end = Math.min(window?.to.time ?? set.from, sets[index + 1]?.from ?? Infinity);
  if (random === undefined || end <= set.from) return { target: { kind: 'immediate' }, setLabel: label };
  return { target: timeTarget(set.from + Math.floor(random * (end - set.from))), setLabel: label };
}

/** @param milliseconds since the epoch */
function timeTarget(milliseconds: number): RestoreTarget {
  const given = new Date(milliseconds).toISOString();
  return { kind: 'time', microseconds: BigInt(milliseconds) * 1000n, given, zone: 'UTC' };
}

function lastOf(done: readonly DoneDrill[]): number {
  return Math.max(-Infinity, ...done.map(({ at }) => at));
}

/** The first of those for which `at` is least. @throws Error without any */
function longestAgo(names: readonly string[], at: (name: string) => number): string {
  const [first, ...others] = names;
  if (first === undefined) throw new Error('there is nothing to choose from');
  return others.reduce((least, name) => (at(name) < at(least) ? name : least), first);
}
