import { describe, expect, it } from 'vitest';
import { findUnknownWorkers, judgeSeenCopy, type SeenCopy } from './prove-harmless.ts';

const harmless: SeenCopy = {
  mode: 'off',
  source: 'command line',
  command: '(disabled)',
  library: '',
  directory: '/copies/one/data',
  standbys: '',
  processes: [],
  kinds: ['autovacuum launcher', 'background writer', 'checkpointer', 'client backend', 'walwriter'],
  preloaded: 'timescaledb,pg_wait_sampling,other',
};

describe('a running copy', () => {
  it('is harmless when it says so of everything', () => {
    expect(judgeSeenCopy(harmless, '/copies/one/data')).toBeUndefined();
    expect(judgeSeenCopy({ ...harmless, library: null, command: '' }, '/copies/one/data')).toBeUndefined();
  });

  it.each([
    [{ mode: 'on' }, 'archive_mode = on'],
    [{ source: 'configuration file' }, 'archive_mode comes from configuration file'],
    [{ command: 'pgbackrest archive-push %p' }, 'archive_command'],
    [{ library: 'basic_archive' }, 'archive_library = basic_archive'],
    [{ directory: '/var/lib/postgresql/15/main' }, 'another server answered'],
    [{ standbys: '*' }, 'waits for standbys'],
    [{ processes: ['logical replication launcher'] }, 'logical replication launcher'],
  ] satisfies [Partial<SeenCopy>, string][])('is not with %j', (change, problem) => {
    expect(judgeSeenCopy({ ...harmless, ...change }, '/copies/one/data')).toContain(problem);
  });
});

describe('workers of extensions in a copy', () => {
  it('are told when nobody knows what they do', () => {
    const quiet = [
      'TimescaleDB Background Worker Launcher',
      'pg_wait_sampling collector',
      'autoprewarm leader',
    ];
    const known = { ...harmless, kinds: [...harmless.kinds, ...quiet] };
    expect(findUnknownWorkers(known, 'clone-x')).toEqual([]);
    const [finding] = findUnknownWorkers({ ...known, kinds: [...known.kinds, 'other worker'] }, 'clone-x');
    expect(finding).toMatchObject({
      rule: 'copy-runs-workers',
      severity: 'warning',
      problem: expect.stringMatching(/: other worker$/) as string,
      evidence: expect.stringContaining('timescaledb,pg_wait_sampling,other') as string,
      remedy: expect.stringContaining('holdfast clone drop clone-x') as string,
    });
  });
});
