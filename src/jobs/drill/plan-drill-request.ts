import type { Stanza } from '../../config/configuration.ts';
import type { DrillReport, DrillTarget, DrillWish } from '../../model/drill.ts';
import { Failure } from '../../model/failure.ts';
import type { JobRequest } from '../../model/job.ts';
import type { RestoreTarget } from '../../model/restore-target.ts';
import { parseRestoreTarget } from '../../recovery/parse-target.ts';
import { chooseMoment, chooseRepository, type DoneDrill } from '../../recovery/drill/choose-target.ts';
import type { Journal } from '../../store/journal.ts';
import type { JobDeps } from '../job-deps.ts';
import { observeDrillable } from './observe-drillable.ts';

/** Which repository is drilled, from which set, to which moment. */
export interface DrillChoice {
  readonly repository: string;
  readonly setLabel: string | undefined;
  readonly asked: DrillTarget | 'given';
  readonly target: RestoreTarget;
}

/** Drills that have ended in the last years are enough to know whose turn it is. */
const mostDrills = 2000;

/** The drills of a stanza that came to a report, newest first. */
export function doneDrills(journal: Pick<Journal, 'listRuns'>, stanza: string): readonly DrillReport[] {
  return journal
    .listRuns({ stanza, kind: 'drill', limit: mostDrills })
    .flatMap(({ facts }) => (isReport(facts['report']) ? [facts['report']] : []));
}

function isReport(value: unknown): value is DrillReport {
  return typeof value === 'object' && value !== null && 'set' in value && 'repository' in value;
}

/**
 * Chooses what a drill restores. For a random moment, the oldest set and each set in turn the windows of the repository
 * are looked at; everything else the planner finds out.
 *
 * @throws Failure target-invalid, usage (no such repository), nothing-found when there is no set to drill; as a look
 */
export async function chooseDrill(
  request: JobRequest & { readonly drill: DrillWish },
  stanza: Stanza,
  deps: JobDeps,
  signal: AbortSignal,
): Promise<DrillChoice> {
  const { drill, set } = request;
  const done = doneDrills(deps.journal, stanza.name).map(doneOf);
  const repository = request.repository ?? chooseRepository(namesOf(stanza, drill), done);
  if (typeof drill.target === 'object') {
    const now = new Date(deps.clock.now());
    const target = parseRestoreTarget(drill.target.to, { now, timezone: drill.target.timezone });
    return { repository, setLabel: set, asked: 'given', target };
  }
  if (drill.target === 'latest')
    return { repository, setLabel: set, asked: 'latest', target: { kind: 'latest' } };
  const drillable = await observeDrillable(stanza, repository, deps, signal);
  const moment = chooseMoment(drill.target, drillable, {
    setLabel: set,
    done: done.filter((one) => one.repository === repository),
    random: deps.random(),
  });
  if (moment === undefined) throw nothingToDrill(stanza.name, repository, set);
  return { repository, asked: drill.target, ...moment };
}

function doneOf({ repository, set, endedAt }: DrillReport): DoneDrill {
  return { repository, set: set.label, at: Date.parse(endedAt) };
}

/** In the order of the file. */
function namesOf(stanza: Stanza, { repositories }: DrillWish): readonly string[] {
  const all = stanza.repositories.map(({ name }) => name);
  const chosen = all.filter((name) => repositories.includes(name));
  return chosen.length > 0 ? chosen : all;
}

function nothingToDrill(stanza: string, repository: string, set: string | undefined): Failure {
  return new Failure('nothing-found', {
    operation: `drill stanza ${stanza}`,
    place: `repository ${repository}`,
    problem:
      set === undefined
        ? 'it has no backup set from which a restore could begin'
        : `it has no set ${set} from which a restore could begin`,
    hint: 'Look at `holdfast windows` and `holdfast info`; take a backup where there is none.',
  });
}
