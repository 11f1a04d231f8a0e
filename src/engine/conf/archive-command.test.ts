import { describe, expect, it } from 'vitest';
import type { EngineSettings } from '../../config/configuration.ts';
import { archiveCommand, restoreCommand } from './archive-command.ts';

const settings: EngineSettings = {
  binary: 'pgbackrest',
  configFile: '/etc/pgbackrest/pgbackrest.conf',
  includeDirectory: '/etc/pgbackrest/conf.d',
  logDirectory: '/var/log/pgbackrest',
  lockDirectory: '/run/pgbackrest',
  spoolDirectory: '/var/spool/pgbackrest',
  user: 'postgres',
};

describe('archiveCommand', () => {
  it('is plain pgbackrest', () => {
    expect(archiveCommand(settings, 'main')).toBe('pgbackrest --stanza=main archive-push "%p"');
  });

  it('names files that lie elsewhere, safe for the shell and for the server', () => {
    const elsewhere = {
      ...settings,
      binary: '/opt/x y/pgbackrest',
      configFile: '/a/100%/b.conf',
      includeDirectory: '/a/d',
    };
    expect(archiveCommand(elsewhere, 'main')).toBe(
      `'/opt/x y/pgbackrest' --config=/a/100%%/b.conf --config-include-path=/a/d --stanza=main archive-push "%p"`,
    );
  });

  it('refuses a program that the engine would not recognise', () => {
    expect(() => archiveCommand({ ...settings, binary: '/opt/backup' }, 'main')).toThrow(
      /does not contain pgbackrest/,
    );
  });
});

describe('restoreCommand', () => {
  it('fetches from one repository, with lock and spool of its own', () => {
    expect(restoreCommand(settings, 'main', { repositoryKey: 2, pgPath: '/new', workDirectory: '/w' })).toBe(
      'pgbackrest --stanza=main --pg1-path=/new --repo=2 --archive-async --lock-path=/w/lock --spool-path=/w/spool ' +
        'archive-get %f "%p"',
    );
  });

  it('fetches nothing ahead where it is told not to, and then has no spool', () => {
    expect(restoreCommand(settings, 'main', { workDirectory: '/w', fetchAhead: false })).toBe(
      'pgbackrest --stanza=main --no-archive-async archive-get %f "%p"',
    );
  });
});
