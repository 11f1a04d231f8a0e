import type { Stanza } from '../../config/configuration.ts';
import { formatDuration, formatElapsed } from '../../model/duration.ts';
import type { Finding } from '../../model/finding.ts';
import type { CheckObservations, RepositoryObservation } from '../observations.ts';

/** Every repository can be read, is encrypted as configured, and has backups that are good and new enough. */
export function assessBackups(
  stanza: Stanza,
  seen: Pick<CheckObservations, 'repositories'>,
  now: number,
): Finding[] {
  return seen.repositories.flatMap((repository) => [
    ...judgeRepository(repository),
    ...judgeCipher(repository),
    ...judgeSets(repository, stanza, now),
  ]);
}

/** Code 2 is "no valid backups", which judgeSets says: pgBackRest `src/command/info/info.c`. */
function judgeRepository({ name, code, message }: RepositoryObservation): Finding[] {
  if (code === 0 || code === 2) return [];
  return [
    {
      rule: code === undefined ? 'repository-unknown' : 'repository-not-ok',
      severity: 'critical',
      subject: `repository ${name}`,
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

function judgeCipher({ name, cipher, configuredCipher, code }: RepositoryObservation): Finding[] {
  if (cipher === undefined || cipher === configuredCipher || code === 1) return [];
  return [
    {
      rule: 'cipher-differs',
      severity: 'critical',
      subject: `repository ${name}`,
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
  const subject = `repository ${name}`;
  const last = sets.toSorted((left, right) => left.stopTime - right.stopTime).at(-1);
  if (last === undefined) {
    return [
      {
        rule: 'no-backup',
        severity: 'critical',
        subject,
        problem: 'there is no backup: nothing can be restored from here',
        evidence: 'pgbackrest info: no backup sets',
        remedy: `Run holdfast backup --type full --repo ${name}.`,
      },
    ];
  }
  const damaged: Finding[] = sets
    .filter(({ error }) => error)
    .map(({ label }) => ({
      rule: 'backup-page-errors',
      severity: 'warning',
      subject,
      problem: `pages with wrong checksums are in backup ${label}`,
      evidence: 'pgbackrest info: error true',
      remedy: 'Find the damaged relations (pg_amcheck), repair the cluster, and take a new full backup.',
    }));
  const age = Math.floor(now / 1000) - last.stopTime;
  const { backupAge } = stanza.objectives;
  if (backupAge === undefined || age <= backupAge) return damaged;
  return [
    ...damaged,
    {
      rule: 'backup-too-old',
      severity: 'critical',
      subject,
      problem: 'the last backup is older than the objective',
      evidence: `${last.label} ended ${formatElapsed(age * 1000)} ago; objective: ${formatDuration(backupAge)}`,
      remedy: `Run holdfast backup --repo ${name}, and find out why the schedule did not.`,
    },
  ];
}
