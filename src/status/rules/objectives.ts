import type { Configuration, Stanza } from '../../config/configuration.ts';
import { formatDuration, formatElapsed } from '../../model/duration.ts';
import { findingPlace, type Finding } from '../../model/finding.ts';
import type { ArchiveSighting } from '../archive-observation.ts';
import { comparePosition } from '../compare-position.ts';
import type { RunObservation } from '../health-observations.ts';
import type { PrimarySighting } from '../primary-observation.ts';
import { believe } from '../sighting.ts';

/** Looks and heartbeats come every minute; so many of them may fail before a measurement is too coarse. Milliseconds. */
const coarseMs = 5 * 60_000;

/** What measured values are taken from. */
export interface ObjectiveObservations {
  readonly primaries: readonly PrimarySighting[];
  readonly archives: readonly ArchiveSighting[];
  /** The newest restore of each stanza that ended well; undefined: nobody looked. */
  readonly restores: readonly RunObservation[] | undefined;
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
    ...judgeRestoreTime(stanza, seen.restores),
    ...judgeProof(stanza, seen.archives, now),
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

function judgeRestoreTime(stanza: Stanza, restores: readonly RunObservation[] | undefined): Finding[] {
  const { rto } = stanza.objectives;
  if (rto === undefined || restores === undefined) return [];
  const last = restores.find((run) => run.stanza === stanza.name && run.endedAt !== undefined);
  const place = findingPlace(stanza.name);
  if (last?.endedAt === undefined) {
    return [
      {
        rule: 'rto-not-measured',
        severity: 'advice',
        ...place,
        problem: 'nobody knows how long a restore takes',
        evidence: `the journal has no restore that ended well; objective: ${formatDuration(rto)}`,
        remedy: `Restore beside production once: holdfast restore --stanza ${stanza.name} --to latest --into DIRECTORY.`,
      },
    ];
  }
  const tookMs = last.endedAt - last.startedAt;
  if (tookMs <= rto * 1000) return [];
  return [
    {
      rule: 'rto-exceeded',
      severity: 'warning',
      ...place,
      problem: 'the last restore took longer than the objective allows',
      evidence: `run ${last.id} took ${formatElapsed(tookMs)} and ended at ${instant(last.endedAt)}; objective: ${formatDuration(rto)}`,
      remedy:
        'More processes (process-max), a nearer repository or more frequent full backups make restores shorter; delta restores where the data directory is still there.',
    },
  ];
}

/** In any repository: the proof is of the data, wherever it was restored from. */
function judgeProof(stanza: Stanza, archives: readonly ArchiveSighting[], now: number): Finding[] {
  const { drillAge } = stanza.objectives;
  const windows = archives
    .filter((sighting) => sighting.stanza === stanza.name)
    .map(({ archive }) => believe(archive, now)?.windows);
  // Unknown archives are findings of their own.
  if (drillAge === undefined || windows.length === 0 || windows.includes(undefined)) return [];
  const proofs = windows.flatMap((one) => one?.proven ?? []).filter(({ at }) => at !== undefined);
  const last = proofs.toSorted((left, right) => (left.at ?? 0) - (right.at ?? 0)).at(-1);
  const place = findingPlace(stanza.name);
  if (last?.at === undefined) {
    return [
      {
        rule: 'drill-not-measured',
        severity: 'advice',
        ...place,
        problem: 'no backup was ever proven by restoring it',
        evidence: `no set carries a proof; objective: ${formatDuration(drillAge)}`,
        remedy: `Restore one beside production and look at it: holdfast restore --stanza ${stanza.name} --to latest --into DIRECTORY.`,
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
      remedy: 'Restore a newer set beside production and look at it.',
    },
  ];
}

function instant(time: number): string {
  return new Date(time).toISOString();
}
