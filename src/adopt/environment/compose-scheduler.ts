import type { DraftMapping } from '../draft.ts';
import type { Carrier } from './carrier.ts';
import type { ImportSettings, Integration } from './integration.ts';
import { postgresOf } from './postgres-draft.ts';
import { scheduleOf } from './schedule-draft.ts';

/** Integration 1: Docker Compose with a scheduler beside the database. */
export const composeScheduler: Integration = {
  name: 'compose-scheduler',
  title: 'Docker Compose with a backup scheduler',
  marks: [/^BACKUP_SCHEDULE_(?:DIFF|INCR)$/],
  hints: [/^PGBACKREST_STANZA$/, /^RETENTION_DAYS$/, /^BACKUP_SCHEDULE_FULL$/],
  switchedOff: () => undefined,
  describe,
};

function describe(carrier: Carrier, settings: ImportSettings): DraftMapping {
  const stanza = settings.stanza ?? carrier.value('PGBACKREST_STANZA') ?? 'main';
  carrier.moved('PGBACKREST_STANZA', 'the name below stanzas');
  const schedule = {
    full: scheduleOf(carrier, 'BACKUP_SCHEDULE_FULL', 'full', '0 2 * * 0'),
    diff: scheduleOf(carrier, 'BACKUP_SCHEDULE_DIFF', 'diff', '0 2 * * 1-6'),
    incr: scheduleOf(carrier, 'BACKUP_SCHEDULE_INCR', 'incr', '0 */6 * * *'),
  };
  carrier.leaveOut('RETENTION_DAYS', {
    severity: 'warning',
    why: 'It is the age of log files in the old scheduler, never of backups: those are kept by retention in holdfast.yaml. The logs of pgBackRest are rotated by logrotate.',
  });
  carrier.leaveOut('POSTGRES_PASSWORD', {
    why: 'pgBackRest has no option for a password: it connects through the socket as the owner of the server. The server keeps its variable.',
  });
  carrier.note('recommended', 'retention', {
    at: ['stanzas', stanza, 'repositories', 'local', 'retention'],
    why: '7 full and 4 differential backups, as the retention policy of the integration says. Its variables for them were none that pgBackRest knows.',
  });
  carrier.correct('archive_mode and archive_command', {
    why: 'They were set nowhere, so no WAL was archived and no moment between backups could be restored: holdfast setup sets both.',
  });
  carrier.correct('lock directory', {
    at: ['engine', 'lockDirectory'],
    why: 'Share this directory between the containers that run pgbackrest: a lock that only one container sees lets two backups run at once.',
  });
  return {
    stanzas: {
      [stanza]: {
        postgres: postgresOf(carrier, settings, stanza, '/var/lib/postgresql/data'),
        repositories: {
          local: { type: 'posix', path: '/var/lib/pgbackrest', retention: { full: 7, diff: 4 } },
        },
        schedule,
      },
    },
    engine: { lockDirectory: '/tmp/pgbackrest' },
  };
}
