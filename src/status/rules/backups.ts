import type { Stanza } from '../../config/configuration.ts';
import { formatDuration, formatElapsed } from '../../model/duration.ts';
import { findingPlace, type Finding } from '../../model/finding.ts';
import { instant } from '../../model/instant.ts';
import type { RepositoryObservation } from '../observations.ts';

/**
 * Seconds by which a set may have ended after now: its times are the database server's. Clocks that differ by less have
 * a finding of their own, and the set is of the past again before anybody could act.
 */
const aheadSeconds = 300;

/** Whether a set ended so far after now that its age says nothing. @param stopTime epoch seconds @param now epoch milliseconds */
export function isAheadOfNow(stopTime: number, now: number): boolean {
  return stopTime > now / 1000 + aheadSeconds;
}

/** Every repository can be read, is encrypted as configured, and has backups that are good and new enough. */
export function assessBackups(
  stanza: Stanza,
  repositories: readonly RepositoryObservation[],
  now: number,
): Finding[] {
  return repositories.flatMap((repository) => [
    ...judgeRepository(repository, stanza.name),
    ...judgeCipher(repository, stanza.name),
    ...judgeSets(repository, stanza, now),
  ]);
}

/** Code 2 is "no valid backups", which judgeSets says: pgBackRest `src/command/info/info.c`. */
function judgeRepository({ name, code, message }: RepositoryObservation, stanza: string): Finding[] {
  if (code === 0 || code === 2) return [];
  return [
    {
      rule: code === undefined ? 'repository-unknown' : 'repository-not-ok',
      severity: 'critical',
      ...findingPlace(stanza, name),
      problem:
        code === undefined
          ? 'it is not known what is in the repository'
          : 'pgBackRest says that the repository is not well',
      evidence: code === undefined ? message : `pgbackrest info: ${message} (status ${code})`,
      remedy:
        code === 1 || code === 3
          ? 'Run holdfast setup, which makes the stanza there.'
          : 'Look at the repository and its access.',
    },
  ];
}

function judgeCipher(
  { name, cipher, configuredCipher, code }: RepositoryObservation,
  stanza: string,
): Finding[] {
  if (cipher === undefined || cipher === configuredCipher || code === 1) return [];
  return [
    {
      rule: 'cipher-differs',
      severity: 'critical',
      ...findingPlace(stanza, name),
      problem: 'the repository is not encrypted as holdfast.yaml says',
      evidence: `pgbackrest info: cipher ${cipher}; configured: ${configuredCipher}`,
      remedy:
        'Encryption is fixed when a repository is made. Use a new, empty repository, or correct holdfast.yaml.',
    },
  ];
}

function judgeSets({ name, sets, code }: RepositoryObservation, stanza: Stanza, now: number): Finding[] {
  // 99: the repository could not be read, so nothing is known of its sets (info.c, INFO_STANZA_STATUS_CODE_OTHER).
  if (code === undefined || code === 99) return [];
  const place = findingPlace(stanza.name, name);
  const last = sets.toSorted((left, right) => left.stopTime - right.stopTime).at(-1);
  if (last === undefined) {
    return [
      {
        rule: 'no-backup',
        severity: 'critical',
        ...place,
        problem: 'there is no backup: nothing can be restored from here',
        evidence: 'pgbackrest info: no backup sets',
        remedy: `Run holdfast backup --type full --stanza ${stanza.name} --repo ${name}.`,
      },
    ];
  }
  const damaged: Finding[] = sets
    .filter(({ error }) => error)
    .map(({ label }) => ({
      rule: 'backup-page-errors',
      severity: 'warning',
      ...place,
      subject: `${place.subject}, set ${label}`,
      problem: 'pages with wrong checksums are in this backup',
      evidence: 'pgbackrest info: error true',
      remedy: 'Find the damaged relations (pg_amcheck), repair the cluster, and take a new full backup.',
    }));
  if (isAheadOfNow(last.stopTime, now)) return [...damaged, describeAhead(last, place, now)];
  const age = Math.floor(now / 1000) - last.stopTime;
  const { backupAge } = stanza.objectives;
  if (backupAge === undefined || age <= backupAge) return damaged;
  return [
    ...damaged,
    {
      rule: 'backup-too-old',
      severity: 'critical',
      ...place,
      problem: 'the last backup is older than the objective',
      evidence: `${last.label} ended ${formatElapsed(age * 1000)} ago; objective: ${formatDuration(backupAge)}`,
      remedy: `Run holdfast backup --stanza ${stanza.name} --repo ${name}, and find out why the schedule did not.`,
    },
  ];
}

/**
 * pgBackRest makes no label that is not later than the latest one, also of sets that were expired: `backupLabelCreate()`
 * in `src/command/backup/backup.c`.
 */
function describeAhead(
  { label, stopTime }: RepositoryObservation['sets'][number],
  place: ReturnType<typeof findingPlace>,
  now: number,
): Finding {
  return {
    rule: 'backup-in-the-future',
    severity: 'critical',
    ...place,
    problem: 'the newest backup bears a time that has not come yet: pgBackRest makes no others until then',
    evidence: `${label} ended at ${instant(stopTime * 1000)}; it is ${instant(now)} by the clock of this host`,
    remedy:
      'Put the clocks of the database server and of this host right (chrony, systemd-timesyncd). If this clock is right, expire the set; docs/findings.md says what else is in the way of new ones.',
  };
}
