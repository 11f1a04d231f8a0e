import { describe, expect, it } from 'vitest';
import { appendScratchBlock, harmlessSettings, passiveLibraries, scratchSettings } from './scratch-config.ts';

const request = {
  dataDirectory: '/copies/one/data',
  port: 5433,
  control: { parameters: { max_connections: 100 }, walLevel: 'replica' },
};

describe('the libraries of a copy', () => {
  it('are those of production without the ones that act by themselves', () => {
    expect(
      passiveLibraries('pg_stat_statements, pg_cron,$libdir/pglogical , "spock", pg_squeeze.so,timescaledb'),
    ).toBe('pg_stat_statements,timescaledb');
    expect(passiveLibraries('')).toBe('');
    expect(passiveLibraries('pg_cron')).toBe('');
    expect(passiveLibraries('my_pg_cron')).toBe('my_pg_cron');
  });

  it('which data cannot be read without keep still', () => {
    const settings = scratchSettings(15, request, 'timescaledb,citus');
    expect(settings).toMatchObject({
      shared_preload_libraries: 'timescaledb,citus',
      'timescaledb.max_background_workers': '0',
      'citus.recover_2pc_interval': '-1',
    });
    expect(Object.keys(scratchSettings(15, request)).filter((name) => name.includes('.'))).toEqual([]);
  });
});

describe('what keeps a copy harmless', () => {
  it.each([12, 13, 14, 15, 16, 17, 18])(
    'cannot be overridden by a setting that is asked for, in version %i',
    (major) => {
      const settings = scratchSettings(major, {
        ...request,
        settings: {
          archive_mode: 'always',
          archive_command: 'push',
          archive_library: 'basic_archive',
          primary_conninfo: 'host=production',
          synchronous_standby_names: '*',
          max_logical_replication_workers: '4',
        },
      });
      expect(settings).toMatchObject(harmlessSettings(major));
      expect(harmlessSettings(major)).toMatchObject({
        archive_mode: 'off',
        archive_command: '',
        primary_conninfo: '',
      });
      // Unknown names on the command line would keep the server from starting.
      expect('archive_library' in harmlessSettings(major)).toBe(major >= 15);
      expect('sync_replication_slots' in harmlessSettings(major)).toBe(major >= 17);
      expect('promote_trigger_file' in settings).toBe(major < 16);
      expect('stats_temp_directory' in settings).toBe(major < 15);
    },
  );

  it('stands behind whatever production had, once', () => {
    const first = appendScratchBlock(
      `archive_mode = 'always'\narchive_command = 'push %p'`,
      harmlessSettings(15),
    );
    const again = appendScratchBlock(first, harmlessSettings(15));
    expect(again).toBe(first);
    expect(again.lastIndexOf(`archive_mode = 'off'`)).toBeGreaterThan(
      again.lastIndexOf(`archive_mode = 'always'`),
    );
  });
});
