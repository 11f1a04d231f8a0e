import { expect, test } from 'vitest';
import { parseEngineVersion, type EngineVersion } from '../../../model/engine-version.ts';
import { DraftBuilder } from '../draft-builder.ts';
import { readOthers } from '../collect-installation.ts';
import { draftSchedules } from './draft-schedules.ts';

interface Drafted {
  readonly schedule: unknown;
  /** Reasons of what was not carried over. */
  readonly lost: readonly string[];
  readonly notes: readonly string[];
}

function draft(files: Readonly<Record<string, string>>, repositories = ['repo1']): Drafted {
  const builder = new DraftBuilder();
  for (const name of repositories) builder.set(['stanzas', 'main', 'repositories', name, 'type'], 'posix');
  const others = Object.entries(files).map(([file, text]) => ({
    source: { file, text },
    as: /\.(?:timer|service)$/.test(file) ? ('systemd-unit' as const) : ('crontab' as const),
  }));
  const project = readOthers(others, parseEngineVersion('2.45') as EngineVersion);
  draftSchedules(builder, project, { stanzas: ['main'], confs: ['/etc/pgbackrest/pgbackrest.conf'] });
  const { file, notes } = builder.build([]);
  const stanza = (file['stanzas'] as Record<string, Record<string, unknown>>)['main'];
  return {
    schedule: stanza?.['schedule'],
    lost: notes.flatMap(({ kind, why }) => (kind === 'not-carried' ? [why] : [])),
    notes: notes.map(({ what, why }) => `${what} ${why}`),
  };
}

const crontab = (...lines: string[]): Record<string, string> => ({ '/tmp/crontab': `${lines.join('\n')}\n` });

test('lines of a crontab become entries, several of a job a list', () => {
  const { schedule, lost } = draft(
    crontab(
      'CRON_TZ=Europe/Berlin',
      '0 2 * * 0 sudo -u postgres pgbackrest --stanza=main --type=full backup',
      '0 3 * * 1-6 PGBACKREST_STANZA=main pgbackrest --type=diff backup && pgbackrest --stanza=main expire',
      '0 4 1 * * pgbackrest --stanza=main --type diff --log-level-console=info backup > /dev/null 2>&1',
      '@weekly pgbackrest --stanza main verify',
    ),
  );
  const at = (cron: string): object => ({ cron, timezone: 'Europe/Berlin' });
  expect(schedule).toEqual({
    full: at('0 2 * * 0'),
    diff: [at('0 3 * * 1-6'), at('0 4 1 * *')],
    expire: at('0 3 * * 1-6'),
    verify: at('0 0 * * 0'),
  });
  expect(lost).toEqual([]);
});

test('a backup without --repo is for the first repository', () => {
  const lines = crontab(
    '0 2 * * 0 pgbackrest --stanza=main --type=full backup',
    '0 5 * * * pgbackrest --stanza=main expire',
  );
  expect(draft(lines, ['repo2', 'repo4']).schedule).toEqual({
    full: { cron: '0 2 * * 0', repositories: ['repo2'] },
    expire: '0 5 * * *',
  });
});

test.each([
  ['0 2 * * * pgbackrest --stanza=other backup', /no stanza other/],
  ['0 2 * * * pgbackrest --stanza=main --repo=3 backup', /no repository 3/],
  ['0 2 * * * [ -f /x ] && pgbackrest --stanza=main backup', /runs \[ too/],
  ['0 2 * * * pgbackrest --stanza=main stop', /does not schedule stop/],
  ['0 2 * * * docker exec db pgbackrest --stanza=main backup', /runs elsewhere, by docker/],
  ['0 2 * * * ssh postgres@db pgbackrest --stanza=main backup', /runs elsewhere, by ssh/],
  [
    '0 2 * * * pgbackrest --config=/etc/other.conf --stanza=main backup',
    /another configuration, \/etc\/other.conf/,
  ],
  ['00 01 * * * /pg/bin/pg-backup full', /What \/pg\/bin\/pg-backup does was not looked into/],
  ['0 2 * * * bash /usr/local/bin/run-backup.sh', /What \/usr\/local\/bin\/run-backup.sh does/],
  ['@reboot pgbackrest --stanza=main backup', /five fields/],
])('%s is listed', (line, why) => {
  const { schedule, lost } = draft(crontab(line));
  expect(schedule).toBeUndefined();
  expect(lost).toEqual([expect.stringMatching(why)]);
});

test('options that an entry cannot say are listed, and a random delay', () => {
  expect(
    draft(crontab('0 2 * * * pgbackrest --stanza=main --type=full --process-max=4 --no-online backup')),
  ).toMatchObject({
    schedule: { full: '0 2 * * *' },
    lost: [expect.stringContaining('--process-max, --no-online')],
  });
  const timer = draft({
    '/etc/systemd/system/full.timer': '[Timer]\nOnCalendar=Sun 02:00\nRandomizedDelaySec=30m\n',
    '/etc/systemd/system/full.service':
      '[Service]\nExecStart=/usr/bin/pgbackrest --stanza=main --type=full backup\n',
  });
  expect(timer.schedule).toEqual({ full: '0 2 * * 0' });
  expect(timer.lost).toEqual([expect.stringContaining('RandomizedDelaySec=30m')]);
  expect(timer.notes.join('\n')).toContain('systemctl disable --now full.timer');
});

test('what has nothing to do with pgbackrest is not mentioned, and secrets are not shown', () => {
  const { notes } = draft(
    crontab(
      '0 2 * * * /usr/bin/true',
      '0 3 * * 0 find /var/log/pgbackrest -mtime +30 -delete',
      '0 3 * * * PGBACKREST_REPO1_CIPHER_PASS=hunter2hunter2 pgbackrest --stanza=main --type=full backup',
    ),
  );
  expect(notes).toHaveLength(1);
  expect(notes.join()).not.toContain('hunter2');
});
