import type { Configuration } from '../../config/configuration.ts';
import { formatByteSize } from '../../model/byte-size.ts';
import { formatElapsed } from '../../model/duration.ts';
import { findingPlace, type Finding } from '../../model/finding.ts';
import { isFailing } from '../forecast.ts';
import type { PrimaryObservation, PrimarySighting } from '../primary-observation.ts';
import { explainUnknown } from '../sighting.ts';
import { instant } from '../../model/instant.ts';

/** Clocks may differ by so much before times in targets and measured losses mislead, milliseconds. */
const clockToleranceMs = 2000;
/** So many segments wait, and for so long, before that is worth a word: a bulk load may be ahead of the archiver. */
const waitingSegments = 10;
const waitingMs = 5 * 60_000;

/** The primary of each stanza can be seen, archives, writes its heartbeat, and its clock agrees with ours. */
export function assessPrimaries(
  configuration: Configuration,
  primaries: readonly PrimarySighting[],
  now: number,
): Finding[] {
  return primaries.flatMap(({ stanza, primary }) => {
    if (!configuration.stanzas.some(({ name }) => name === stanza)) return [];
    const unknown = explainUnknown(primary, now);
    if (unknown === undefined && primary.value !== undefined) return judge(stanza, primary.value);
    return [
      {
        rule: 'primary-unknown',
        severity: 'critical',
        ...findingPlace(stanza),
        problem: 'it is not known where the primary is and how its archiving goes',
        evidence: unknown ?? 'not looked at yet',
        remedy:
          'Is the server running, and may Holdfast log in? The evidence names every place that was tried.',
      },
    ];
  });
}

function judge(stanza: string, seen: PrimaryObservation): Finding[] {
  const place = findingPlace(stanza);
  return [
    ...judgeArchiver(place, seen),
    ...judgeWaiting(place, seen),
    ...judgeWalDirectory(place, seen),
    ...judgeClock(place, seen),
    ...judgeHeartbeat(place, seen),
  ];
}

type Place = ReturnType<typeof findingPlace>;

function judgeArchiver(place: Place, seen: PrimaryObservation): Finding[] {
  if (seen.archiveMode === 'off') {
    return [
      {
        rule: 'archive-mode-off',
        severity: 'critical',
        ...place,
        problem: 'the server archives nothing',
        evidence: 'archive_mode = off',
        remedy: 'Run holdfast setup --restart.',
      },
    ];
  }
  const { archiver } = seen;
  if (archiver === undefined || !isFailing(seen)) return [];
  return [
    {
      rule: 'archiver-failing',
      severity: 'critical',
      ...place,
      problem: 'the last attempt to archive WAL failed',
      evidence: `pg_stat_archiver: ${archiver.lastFailed} failed at ${instant(archiver.lastFailedAt ?? 0)}, ${archiver.failedCount} failures in all; the last success was ${archiver.lastArchived === undefined ? 'never' : `${archiver.lastArchived} at ${instant(archiver.lastArchivedAt ?? 0)}`}`,
      remedy: 'Read the server log and the archive-push log of pgBackRest.',
    },
  ];
}

/** Many for some time, as far as looks tell: every one of the last minutes saw them. */
function judgeWaiting(place: Place, { track, walDirectory, segmentSize }: PrimaryObservation): Finding[] {
  const last = track.at(-1);
  if (walDirectory === undefined || last === undefined || walDirectory.ready < waitingSegments) return [];
  const beginning = track.findLastIndex(({ ready }) => ready !== undefined && ready < waitingSegments) + 1;
  const since = track[beginning]?.at ?? last.at;
  if (last.at - since < waitingMs) return [];
  return [
    {
      rule: 'wal-waiting',
      severity: 'warning',
      ...place,
      problem: 'WAL waits in pg_wal to be archived',
      evidence: `${walDirectory.ready} segments (${formatByteSize(walDirectory.ready * segmentSize)}) are .ready; ${waitingSegments} or more since ${instant(since)}`,
      remedy:
        'Read the archive-push log of pgBackRest. When it only is too slow, archive-async with more processes helps.',
    },
  ];
}

/** Nobody knows then how much waits, and when its file system is full. */
function judgeWalDirectory(place: Place, { walDirectoryProblem }: PrimaryObservation): Finding[] {
  if (walDirectoryProblem === undefined) return [];
  return [
    {
      rule: 'wal-directory-unknown',
      severity: 'warning',
      ...place,
      problem: 'pg_wal cannot be looked into: it is not known how much waits there, and when it is full',
      evidence: walDirectoryProblem,
      remedy:
        'Give pg_wal and archive_status back to the owner of the data directory, with mode 0700, and let Holdfast run as that user or as root.',
    },
  ];
}

function judgeClock(place: Place, { clockAheadMs, host }: PrimaryObservation): Finding[] {
  if (Math.abs(clockAheadMs) <= clockToleranceMs) return [];
  return [
    {
      rule: 'clock-differs',
      severity: 'warning',
      ...place,
      problem: 'the clocks of the database and of this host differ',
      evidence: `the clock of ${host ?? 'the server on this host'} is ${formatElapsed(Math.abs(clockAheadMs))} ${clockAheadMs > 0 ? 'ahead of' : 'behind'} this host's`,
      remedy: 'Synchronize both with NTP (chrony, systemd-timesyncd).',
    },
  ];
}

function judgeHeartbeat(place: Place, { heartbeatFailure, heartbeat }: PrimaryObservation): Finding[] {
  if (heartbeatFailure === undefined) return [];
  const last =
    heartbeat === undefined ? 'there was none before' : `the last one was at ${instant(heartbeat.at)}`;
  return [
    {
      rule: 'heartbeat-failing',
      severity: 'warning',
      ...place,
      problem: 'the heartbeat could not be written',
      evidence: `at ${instant(heartbeatFailure.at)}: ${heartbeatFailure.problem}; ${last}`,
      remedy:
        'With `form: table`, run holdfast setup, which makes the table. Otherwise look at what the server says in the evidence.',
    },
  ];
}
