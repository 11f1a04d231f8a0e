import type { Configuration, Stanza } from '../../config/configuration.ts';
import { isAlive } from '../../process/process-identity.ts';
import type { DaemonObservation } from '../../status/daemon-observation.ts';
import type { ChannelObservation } from '../../status/delivery-observation.ts';
import type {
  HealthObservations,
  LineObservation,
  RunObservation,
} from '../../status/health-observations.ts';
import type { Journal, RunKind, RunRecord } from '../../store/journal.ts';
import type { ScheduleLine } from '../schedule/schedule-line.ts';
import { observeVerified } from './observe-verified.ts';
import type { Watches } from './watches.ts';

/** What a running Holdfast knows by itself. */
export interface HealthSources {
  /** The one in use: another after a reload. */
  readonly configuration: () => Configuration;
  readonly observeDaemon: () => DaemonObservation;
  readonly journal: Journal;
  readonly watches: Pick<Watches, 'sightings' | 'archives' | 'primaries'>;
  /** How the delivery of alerts goes; undefined where nothing is delivered. */
  readonly channels?: (() => readonly ChannelObservation[]) | undefined;
  /** Every line of the configured schedules. */
  readonly scheduleLines: () => readonly ScheduleLine[];
}

/**
 * Gathers what is known: memory and the journal are read, nobody is asked and nothing is started.
 *
 * @throws Failure journal-damaged
 */
export function observeHealth(sources: HealthSources): HealthObservations {
  return {
    daemon: sources.observeDaemon(),
    sightings: sources.watches.sightings(),
    archives: sources.watches.archives(),
    primaries: sources.watches.primaries(),
    channels: sources.channels?.() ?? [],
    ...observeJournal(sources.configuration(), sources.journal, sources.scheduleLines()),
  };
}

/** What the journal knows of the past. @throws Failure journal-damaged */
export function observeJournal(
  { stanzas }: Configuration,
  journal: Journal,
  lines: readonly ScheduleLine[],
): Omit<HealthObservations, 'daemon' | 'sightings' | 'archives' | 'primaries' | 'channels'> {
  return {
    lastRuns: stanzas.flatMap((stanza) => findLastRuns(journal, stanza)),
    restores: stanzas
      .flatMap(({ name }) => journal.lastGoodRun({ kind: 'restore', stanza: name }) ?? [])
      .map(describeRun),
    verified: stanzas.flatMap((stanza) => observeVerified(journal, stanza)),
    unfinished: journal
      .unfinishedRuns()
      .filter(({ kind }) => kind === 'restore' || kind === 'undo')
      .map(describeRun),
    lines: lines.flatMap((line) => observeLine(journal, line)),
    incidents: journal.incidents.list({ limit: mostIncidents }),
  };
}

/** Of many that are over the newest are enough. */
const mostIncidents = 100;

/** Kinds whose last result says something of the present, and whether they work on repositories. */
const judgedKinds: readonly (readonly [RunKind, boolean])[] = [
  ['backup', true],
  ['expire', true],
  ['verify', true],
  ['check', false],
  ['maintenance', false],
];

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

function observeLine(journal: Journal, { key, stanza }: ScheduleLine): LineObservation[] {
  const [last] = journal.schedule.decisions({ line: key, limit: 1 });
  if (last === undefined) return [];
  const run = last.runId === undefined ? undefined : journal.readRun(last.runId);
  const { occurrence, decision, reason, detail } = last;
  return [
    {
      line: key,
      stanza,
      occurrence,
      decision,
      reason,
      detail,
      run: run === undefined ? undefined : describeRun(run),
    },
  ];
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
