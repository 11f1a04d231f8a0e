import type { Configuration, Stanza } from '../../config/configuration.ts';
import { formatDuration, formatElapsed } from '../../model/duration.ts';
import { findingPlace, type Finding } from '../../model/finding.ts';
import type { ArchiveSighting } from '../archive-observation.ts';
import { comparePosition } from '../compare-position.ts';
import type { DrillObservation } from '../drill-observation.ts';
import type { RunObservation } from '../health-observations.ts';
import type { PrimarySighting } from '../primary-observation.ts';
import { believe } from '../sighting.ts';
import { instant } from '../../model/instant.ts';

/** Looks and heartbeats come every minute; so many of them may fail before a measurement is too coarse. Milliseconds. */
const coarseMs = 5 * 60_000;

/** What measured values are taken from. */
export interface ObjectiveObservations {
  readonly primaries: readonly PrimarySighting[];
  readonly archives: readonly ArchiveSighting[];
  /** The newest restore of each stanza that ended well; undefined: nobody looked. */
  readonly restores: readonly RunObservation[] | undefined;
  /** The last drill of each repository; undefined: nobody looked. */
  readonly drills?: readonly DrillObservation[] | undefined;
}

/**
 * Objectives judged by what was measured, each with when that was. The age of backups is judged with the backups.
 * What was never measured is not called kept: where a restore or a drill would have to measure it, that is advice,
 * because nothing is known to be wrong; a loss that cannot be measured is critical.
 */
export function assessObjectives(
  configuration: Configuration,
  seen: ObjectiveObservations,
  now: number,
): Finding[] {
  return configuration.stanzas.flatMap((stanza) => [
    ...judgeLoss(stanza, seen, now),
    ...judgeRestoreTime(stanza, seen),
    ...judgeProof(stanza, seen, now),
  ]);
}

/** Each repository by itself: which one will be left is not known before. */
function judgeLoss(stanza: Stanza, seen: ObjectiveObservations, now: number): Finding[] {
  const { rpo } = stanza.objectives;
  if (rpo === undefined) return [];
  const primary = seen.primaries.find((sighting) => sighting.stanza === stanza.name)?.primary;
  return seen.archives
    .filter((sighting) => sighting.stanza === stanza.name)
    .flatMap(({ repository, archive }): Finding[] => {
      const judged = comparePosition(primary, archive, now);
      const place = findingPlace(stanza.name, repository);
      const unknown = (evidence: string): Finding => ({
        rule: 'rpo-unknown',
        severity: 'critical',
        ...place,
        problem: 'it is not known how much would be lost',
        evidence: `${evidence}; objective: ${formatDuration(rpo)}`,
        remedy:
          'Let the daemon run, with heartbeats, and remove what keeps it from looking; other findings name it.',
      });
      if (!judged.known) return [unknown(judged.because)];
      const { at, loss } = judged.comparison;
      if (loss === undefined && archive.value?.windows?.contiguous.length !== 0)
        return [unknown(`${instant(at)}: nothing tells up to when it can restore`)];
      // Looks and heartbeats tell of moments, and only what certainly was written and is not there counts. Where they lie
      // further apart than the objective, that nothing is known to be lost is no measurement.
      if (loss !== undefined && loss.atLeastMs <= rpo * 1000) {
        const isCoarse = loss.atMostMs - loss.atLeastMs > Math.max(rpo * 1000, coarseMs);
        if (!isCoarse || loss.atMostMs <= rpo * 1000) return [];
        return [
          unknown(
            `${instant(at)}: it can certainly restore up to ${instant(loss.restorableUntil)}, and nothing tells whether anything was committed since`,
          ),
        ];
      }
      return [
        {
          rule: 'rpo-exceeded',
          severity: 'critical',
          ...place,
          problem: 'more would be lost than the objective allows',
          evidence:
            loss === undefined
              ? `at ${instant(at)} there is no backup from which it could restore anything; objective: ${formatDuration(rpo)}`
              : `at ${instant(at)} it could restore up to ${instant(loss.restorableUntil)}, and commits of the last ${formatElapsed(loss.atLeastMs)} were not there; objective: ${formatDuration(rpo)}`,
          remedy:
            'See the findings about this archive: a hole needs a new backup, an archive that is behind needs its cause removed. Without any: lower archive_timeout.',
        },
      ];
    });
}

function judgeRestoreTime(
  stanza: Stanza,
  { restores, drills }: Pick<ObjectiveObservations, 'restores' | 'drills'>,
): Finding[] {
  const { rto } = stanza.objectives;
  if (rto === undefined || (restores === undefined && drills === undefined)) return [];
  const last = lastRestoreTime(stanza.name, restores, drills);
  const place = findingPlace(stanza.name);
  if (last === undefined) {
    return [
      {
        rule: 'rto-not-measured',
        severity: 'advice',
        ...place,
        problem: 'nobody knows how long a restore takes',
        evidence: `the journal has no restore that ended well, and no drill that measured it; objective: ${formatDuration(rto)}`,
        remedy: `Drill once: holdfast drill --stanza ${stanza.name}.`,
      },
    ];
  }
  if (last.tookMs <= rto * 1000) return [];
  const evidence = last.ofDrill
    ? `by drill ${last.run}, which ended at ${instant(last.endedAt)}, a restore of production would take ${formatElapsed(last.tookMs)}`
    : `run ${last.run} took ${formatElapsed(last.tookMs)} and ended at ${instant(last.endedAt)}`;
  return [
    {
      rule: 'rto-exceeded',
      severity: 'warning',
      ...place,
      problem: 'the last restore took longer than the objective allows',
      evidence: `${evidence}; objective: ${formatDuration(rto)}`,
      remedy:
        'More processes (process-max), a nearer repository or more frequent full backups make restores shorter; delta restores where the data directory is still there.',
    },
  ];
}

/** How long a restore took. Times are milliseconds. */
export interface RestoreTime {
  readonly run: string;
  readonly endedAt: number;
  readonly tookMs: number;
  /** Estimated for production by what a drill measured. */
  readonly ofDrill: boolean;
}

/** The newest that is known: of a restore, or of a drill that passed. */
export function lastRestoreTime(
  stanza: string,
  restores: readonly RunObservation[] = [],
  drills: readonly DrillObservation[] = [],
): RestoreTime | undefined {
  const restored = restores.flatMap((run): RestoreTime[] =>
    run.stanza === stanza && run.endedAt !== undefined
      ? [{ run: run.id, endedAt: run.endedAt, tookMs: run.endedAt - run.startedAt, ofDrill: false }]
      : [],
  );
  const drilled = drills.flatMap(({ id, endedAt, passed, measured, ...drill }): RestoreTime[] =>
    drill.stanza === stanza && passed && measured.rtoSeconds !== null
      ? [{ run: id, endedAt, tookMs: measured.rtoSeconds * 1000, ofDrill: true }]
      : [],
  );
  return [...restored, ...drilled].toSorted((left, right) => left.endedAt - right.endedAt).at(-1);
}

/** In any repository: the proof is of the data, wherever it was restored from. */
function judgeProof(
  stanza: Stanza,
  { archives, drills = [] }: Pick<ObjectiveObservations, 'archives' | 'drills'>,
  now: number,
): Finding[] {
  const { drillAge } = stanza.objectives;
  const windows = archives
    .filter((sighting) => sighting.stanza === stanza.name)
    .map(({ archive }) => believe(archive, now)?.windows);
  // Unknown archives are findings of their own.
  if (drillAge === undefined || windows.length === 0 || windows.includes(undefined)) return [];
  const proofs = [
    ...windows.flatMap((one) => one?.proven ?? []).filter(({ at }) => at !== undefined),
    // Where the proof is kept in the journal only, no set carries it.
    ...drills
      .filter((drill) => drill.stanza === stanza.name && drill.passed)
      .map(({ set, endedAt }) => ({ set, at: endedAt })),
  ];
  const last = proofs.toSorted((left, right) => (left.at ?? 0) - (right.at ?? 0)).at(-1);
  const place = findingPlace(stanza.name);
  const remedy = `Drill one: holdfast drill --stanza ${stanza.name}, and let the schedule do it from then on (schedule.drill).`;
  if (last?.at === undefined) {
    return [
      {
        rule: 'drill-not-measured',
        severity: 'advice',
        ...place,
        problem: 'no backup was ever proven by restoring it',
        evidence: `no set carries a proof; objective: ${formatDuration(drillAge)}`,
        remedy,
      },
    ];
  }
  if (now - last.at <= drillAge * 1000) return [];
  return [
    {
      rule: 'drill-too-old',
      severity: 'warning',
      ...place,
      problem: 'the last proof by a restore is older than the objective',
      evidence: `set ${last.set} was proven ${formatElapsed(now - last.at)} ago, at ${instant(last.at)}; objective: ${formatDuration(drillAge)}`,
      remedy,
    },
  ];
}
