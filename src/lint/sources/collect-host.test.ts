import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { collectHost, dataDirectoriesIn, findServerFiles } from './collect-host.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync('/tmp/hf-lint-host-');
});
afterEach(() => rmSync(root, { recursive: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

async function found(): Promise<string[]> {
  const { inputs } = await collectHost(await findServerFiles([], root), root);
  return inputs.map(({ file }) => file.slice(root.length));
}

describe('collectHost', () => {
  it('takes what is about backups, and nothing else', async () => {
    write('/etc/pgbackrest/pgbackrest.conf', '[global]\n');
    write('/etc/pgbackrest/conf.d/repo.conf', '[global]\n');
    write('/etc/pgbackrest/conf.d/repo.conf.saved', '[global]\n');
    write('/etc/cron.d/backup', '0 2 * * * postgres pgbackrest --stanza=main backup\n');
    write('/etc/cron.d/other', '0 2 * * * root updatedb\n');
    write('/etc/systemd/system/full.timer', '[Timer]\nUnit=pgbackrest-full.service\n');
    write('/etc/systemd/system/other.timer', '[Timer]\n');
    write('/etc/patroni/config.yml', 'scope: a\n');
    write('/etc/postgresql/15/main/postgresql.conf', 'archive_mode = on\n');
    write('/var/lib/postgresql/15/main/postgresql.auto.conf', '');
    expect(await found()).toEqual([
      '/etc/pgbackrest/pgbackrest.conf',
      '/etc/pgbackrest/conf.d/repo.conf',
      '/etc/cron.d/backup',
      '/etc/systemd/system/full.timer',
      '/etc/patroni/config.yml',
      '/etc/postgresql/15/main/postgresql.conf',
      '/var/lib/postgresql/15/main/postgresql.auto.conf',
    ]);
  });

  it('takes the timers of what it takes, which need not name the program', async () => {
    write(
      '/etc/systemd/system/nightly.service',
      '[Service]\nExecStart=/usr/bin/pgbackrest --stanza=a backup\n',
    );
    write(
      '/etc/systemd/system/weekly@.service',
      '[Service]\nExecStart=/usr/bin/pgbackrest --stanza=%i backup\n',
    );
    write('/etc/systemd/system/nightly.timer', '[Timer]\nOnCalendar=02:00\n');
    write('/etc/systemd/system/sunday.timer', '[Timer]\nOnCalendar=Sun 02:00\nUnit=nightly.service\n');
    write('/etc/systemd/system/weekly@main.timer', '[Timer]\nOnCalendar=weekly\n');
    write('/etc/systemd/system/apt-daily.timer', '[Timer]\nOnCalendar=06:00\n');
    expect((await found()).toSorted()).toEqual([
      '/etc/systemd/system/nightly.service',
      '/etc/systemd/system/nightly.timer',
      '/etc/systemd/system/sunday.timer',
      '/etc/systemd/system/weekly@.service',
      '/etc/systemd/system/weekly@main.timer',
    ]);
  });

  it('takes the old place of pgbackrest.conf only where the engine does', async () => {
    write('/etc/pgbackrest.conf', '[global]\n');
    expect(await found()).toEqual(['/etc/pgbackrest.conf']);
    write('/etc/pgbackrest/pgbackrest.conf', '[global]\n');
    expect(await found()).toEqual(['/etc/pgbackrest/pgbackrest.conf']);
  });

  it('says what it could not read', async () => {
    write('/etc/cron.d/large', `pgbackrest ${'x'.repeat(2 * 1024 * 1024)}`);
    const { notes } = await collectHost([], root);
    expect(notes).toEqual([`${root}/etc/cron.d/large: larger than 2.0 MiB`]);
  });
});

describe('dataDirectoriesIn', () => {
  it('finds the directories that configurations name', () => {
    expect(
      dataDirectoriesIn(['[main]\npg1-path=/srv/pg/15\n', 'pg2-path = /srv/pg/16\npg3-path={{ x }}\n']),
    ).toEqual(['/srv/pg/15', '/srv/pg/16']);
  });
});
