import type { DraftMapping } from '../draft.ts';
import type { Carrier } from './carrier.ts';
import type { ImportSettings, Integration } from './integration.ts';
import { postgresOf } from './postgres-draft.ts';
import { encryptionOf, repositoryPath, s3Repository } from './repository-draft.ts';

/** Integration 3: Patroni, configured by Ansible with its secrets in a vault. */
export const patroniAnsible: Integration = {
  name: 'patroni-ansible',
  title: 'Patroni with Ansible',
  marks: [/^vault_pgbackrest_/],
  hints: [/^pgbackrest_(?:s3_|cipher_|repo_path|stanza)/],
  switchedOff: () => undefined,
  describe,
};

function describe(carrier: Carrier, settings: ImportSettings): DraftMapping {
  const stanza = settings.stanza ?? carrier.value('pgbackrest_stanza') ?? 'proposalsapp';
  carrier.moved('pgbackrest_stanza', 'the name below stanzas');
  const place = { stanza, name: 'offsite' };
  const path = carrier.value('pgbackrest_repo_path') ?? '/proposalsapp-backups';
  carrier.moved('pgbackrest_repo_path', 'repositories.offsite.path');
  carrier.leaveOut('pgbackrest_version', {
    why: 'It was never used: the package that is installed decides. Pin the package, with one version on all hosts.',
  });
  const name = (end: string): string =>
    (carrier.has(`vault_pgbackrest_${end}`) ? 'vault_' : nameOfRest(carrier, end)) + `pgbackrest_${end}`;
  const names = {
    bucket: name('s3_bucket'),
    endpoint: name('s3_endpoint'),
    region: name('s3_region'),
    key: name('s3_key'),
    keySecret: name('s3_secret'),
  };
  const offsite = s3Repository(carrier, place, names, path);
  explainCorrections(carrier, stanza);
  return {
    stanzas: {
      [stanza]: {
        postgres: postgresOf(carrier, settings, stanza, '/var/lib/postgresql/17/main'),
        patroni: { url: 'http://127.0.0.1:8008' },
        repositories: {
          offsite: {
            ...offsite,
            encryption: encryptionOf(carrier, place, name('cipher_pass'), settings),
            retention: { full: '28d' },
          },
        },
        schedule: { full: '0 2 * * 0', incr: '0 2 * * 1-6', timezone: 'UTC' },
        objectives: { rpo: '1m', rto: '30m', backupAge: '26h' },
        options: { 'archive-async': true, 'process-max': 4, 'compress-type': 'zst', 'compress-level': 3 },
      },
    },
  };
}

/** The variable without `vault_` where that one is there, and the vault's own name for what is missing. */
function nameOfRest(carrier: Carrier, end: string): string {
  return carrier.has(`pgbackrest_${end}`) ? '' : 'vault_';
}

/** What the template and the playbook round these variables had wrong. */
function explainCorrections(carrier: Carrier, stanza: string): void {
  const retention = repositoryPath({ stanza, name: 'offsite' }, 'retention');
  carrier.correct('repo1-s3-secret', {
    severity: 'critical',
    why: 'The template gave vault_pgbackrest_s3_secret to an option that does not exist; archiving then failed for want of repo1-s3-key-secret (error 37). It is keySecret here.',
  });
  carrier.correct('repo1-retention-full', {
    at: retention,
    why: 'Weekly full backups kept for four weeks: 28 days, so that the whole time can be restored.',
  });
  carrier.correct('repo1-retention-archive-type', {
    severity: 'critical',
    why: 'days is no value of it (error 32), so backup and expire failed while check and archiving stayed green. WAL is kept as long as the backups that need it.',
  });
  carrier.correct('repo1-retention-diff', {
    at: retention,
    why: 'It never expired incremental backups; they go with the backup that they depend on.',
  });
  carrier.correct('archive-push-queue-max', {
    severity: 'critical',
    why: 'Above 4 GiB pgBackRest drops WAL and reports success, which the objective of a minute cannot bear: it is left out.',
  });
  carrier.correct('pgN-host', {
    at: ['stanzas', stanza, 'postgres'],
    why: 'This host, without host. The template listed every node as a remote one, itself too, and pg1-path twice. Add the other nodes with their host where this one should know them; compare the path with data_dir in patroni.yml.',
  });
  carrier.correct('backup timers', {
    at: ['stanzas', stanza, 'schedule'],
    why: 'One time each: two OnCalendar lines add up, so the full backup also ran on Mondays at 00:00 and the incremental one every day at 00:00.',
  });
  carrier.note('not-carried', 'monthly archive for 12 months', {
    severity: 'warning',
    why: 'No setting did it. Keeping monthly backups needs a repository of its own that is filled from this one (keep), which is not available yet.',
  });
  carrier.note('not-carried', 'backup-standby', {
    why: 'It needs the other nodes in postgres, with their host; then add options: { backup-standby: prefer } (pgBackRest 2.54).',
  });
}
