import type { Stanza } from '../../config/configuration.ts';
import { readCatalogue } from '../../engine/info.ts';
import type { BackupSet } from '../../model/backup-set.ts';
import type { DrillableRepository } from '../../recovery/drill/choose-target.ts';
import { timeAfter } from '../../recovery/windows/archive-to-judge.ts';
import type { JobDeps } from '../job-deps.ts';
import { takeSighting } from '../observe/look-within.ts';
import { createLooks, deadlines } from '../observe/looks.ts';
import { repositoryOf } from '../repository-of.ts';

/**
 * What of a repository can be drilled: the windows that `holdfast windows` shows, from the same look, and the sets that
 * a restore can begin with. Where production was never seen by this Holdfast (a host for drills alone) its windows are
 * not known; then it is the time between the oldest and the newest set, and the planner sees to what lies in it.
 *
 * @throws Failure as a look at the archive and readCatalogue
 */
export async function observeDrillable(
  stanza: Stanza,
  name: string,
  deps: JobDeps,
  signal: AbortSignal,
): Promise<DrillableRepository> {
  const repository = repositoryOf(stanza, { kind: 'drill', repository: name });
  const { engine, clock } = deps;
  const looks = createLooks({ ...deps, engine: () => Promise.resolve(engine) });
  const look = (within: AbortSignal): ReturnType<typeof looks.primary> => looks.primary(stanza, within);
  const primary = takeSighting({ look, clock, deadlineMs: deadlines.primary, signal });
  const known = {
    primary: (since: number | undefined) =>
      since === undefined ? primary : takeSighting({ look, clock, deadlineMs: deadlines.primary, signal }),
    whole: false,
    recheck: deps.configuration.watch.recheck,
  };
  const { windows } = await looks.archive(stanza, repository, known, signal);
  const catalogue = await readCatalogue(engine, stanza.name, { repositoryKey: repository.key, signal });
  const newest = Math.max(...catalogue.databases.map(({ databaseId }) => databaseId));
  const unusable = new Set(windows?.unusable.map(({ set }) => set));
  const sets = catalogue.sets
    .filter((set) => set.repositoryKey === repository.key && set.databaseId === newest)
    .filter((set) => !set.error && !unusable.has(set.label))
    .toSorted((left, right) => left.stopTime - right.stopTime);
  return {
    windows: windows?.contiguous ?? windowOf(sets),
    sets: sets.map((set) => ({ label: set.label, from: timeAfter(set) })),
  };
}

function windowOf(sets: readonly BackupSet[]): DrillableRepository['windows'] {
  const [first, last] = [sets[0], sets.at(-1)];
  if (first === undefined || last === undefined) return [];
  const edge = (set: BackupSet): DrillableRepository['windows'][number]['from'] => ({
    lsn: set.stopLsn,
    timeline: undefined,
    segment: set.archiveStop,
    time: timeAfter(set),
    timeFrom: 'set',
  });
  return [{ from: edge(first), to: edge(last) }];
}
