import type { Configuration, Stanza } from '../../config/configuration.ts';
import { isAlive } from '../../process/process-identity.ts';
import type {
  HealthObservations,
  LineObservation,
  RunObservation,
} from '../../status/health-observations.ts';
import type { Journal, RunKind, RunRecord } from '../../store/journal.ts';
import type { ScheduleDecision } from '../../store/schedule-memory.ts';
import type { ScheduleLine } from '../../model/schedule-line.ts';
import { observeChecked } from './observe-checked.ts';
import { observeDrills } from './observe-drills.ts';
import { observeVerified } from './observe-verified.ts';

/** What the journal knows. */
export type Past = Pick<
  HealthObservations,
  'lastRuns' | 'restores' | 'drills' | 'verified' | 'checked' | 'unfinished' | 'lines' | 'incidents'
>;

/** What stays as it is until the journal changes. */
interface Settled extends Pick<
  Past,
  'lastRuns' | 'restores' | 'drills' | 'verified' | 'checked' | 'incidents'
> {
  readonly lines: readonly DecidedLine[];
}

/** The last time of a line, with the run that it led to. */
interface DecidedLine {
  readonly decision: ScheduleDecision;
  readonly run: RunRecord | undefined;
}

/** Of many that are over the newest are enough. */
const mostIncidents = 100;

/** Kinds whose last result says something of the present, and whether they work on repositories. */
const judgedKinds: readonly (readonly [RunKind, boolean])[] = [
  ['backup', true],
  ['expire', true],
  ['verify', true],
  ['drill', true],
  ['check', false],
  ['maintenance', false],
];

/** Reads what the journal knows of the past of these stanzas and lines. @throws Failure journal-damaged */
export function readPast(
  { stanzas }: Pick<Configuration, 'stanzas'>,
  journal: Journal,
  lines: readonly ScheduleLine[],
): Past {
  return withPresent(readSettled(stanzas, journal, lines), journal);
}

/**
 * Makes a `readPast` that reads again only what may be another by now. A daemon with hundreds of stanzas asks a few times
 * a second, and what is asked for changes a few times an hour.
 */
export function createPastReader(): typeof readPast {
  let last:
    | {
        readonly of: readonly unknown[];
        readonly settled: Settled;
      }
    | undefined;
  return ({ stanzas }, journal, lines) => {
    const of = [stanzas, journal, lines, journal.revision];
    // The revision was asked for before reading: what changes in between is read once more, not missed.
    if (last === undefined || last.of.some((part, index) => part !== of[index]))
      last = { of, settled: readSettled(stanzas, journal, lines) };
    return withPresent(last.settled, journal);
  };
}

function readSettled(stanzas: readonly Stanza[], journal: Journal, lines: readonly ScheduleLine[]): Settled {
  return {
    lastRuns: stanzas.flatMap((stanza) => findLastRuns(journal, stanza)),
    restores: stanzas
      .flatMap(({ name }) => journal.lastGoodRun({ kind: 'restore', stanza: name }) ?? [])
      .map(describeRun),
    drills: stanzas.flatMap((stanza) => observeDrills(journal, stanza)),
    verified: stanzas.flatMap((stanza) => observeVerified(journal, stanza)),
    checked: stanzas.flatMap((stanza) => observeChecked(journal, stanza)),
    lines: lines.flatMap((line) => findDecision(journal, line)),
    incidents: journal.incidents.list({ limit: mostIncidents }),
  };
}

/** Whether a process still lives is in no journal. */
function withPresent({ lines, ...settled }: Settled, journal: Journal): Past {
  return {
    ...settled,
    unfinished: journal
      .unfinishedRuns()
      .filter(({ kind }) => kind === 'restore' || kind === 'undo')
      .filter((run) => !isOfCopy(run))
      .map(describeRun),
    lines: lines.map(describeLine),
  };
}

/** What a killed drill or clone was restoring is taken away by whoever sweeps; nobody has to resume or undo it. */
function isOfCopy({ facts }: RunRecord): boolean {
  const plan = facts['plan'];
  return typeof plan === 'object' && plan !== null && 'bounds' in plan;
}

function findLastRuns(journal: Journal, { name, repositories }: Stanza): RunObservation[] {
  return judgedKinds
    .flatMap(([kind, ofRepository]) =>
      ofRepository
        ? repositories.map((repository) =>
            journal.lastRun({ kind, stanza: name, repository: repository.name }),
          )
        : [journal.lastRun({ kind, stanza: name, repository: undefined })],
    )
    .filter((run) => run !== undefined)
    .map(describeRun);
}

function findDecision(journal: Journal, { key }: ScheduleLine): DecidedLine[] {
  const [decision] = journal.schedule.decisions({ line: key, limit: 1 });
  if (decision === undefined) return [];
  const { runId } = decision;
  return [{ decision, run: runId === undefined ? undefined : journal.readRun(runId) }];
}

function describeLine({ decision: last, run }: DecidedLine): LineObservation {
  const { line, stanza, occurrence, decision, reason, detail } = last;
  return {
    line,
    stanza,
    occurrence,
    decision,
    reason,
    detail,
    run: run === undefined ? undefined : describeRun(run),
  };
}

function describeRun(run: RunRecord): RunObservation {
  const { id, kind, stanza, repository, startedAt, endedAt, result, failure } = run;
  const problem = failure?.['problem'];
  return {
    id,
    kind,
    stanza,
    repository,
    startedAt,
    endedAt,
    result,
    problem: typeof problem === 'string' ? problem : undefined,
    alive: result === 'running' ? run.process !== undefined && isAlive(run.process) : undefined,
  };
}
