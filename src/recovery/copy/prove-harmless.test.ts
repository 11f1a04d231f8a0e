import { describe, expect, it } from 'vitest';
import { judgeSeenCopy, type SeenCopy } from './prove-harmless.ts';

const harmless: SeenCopy = {
  mode: 'off',
  source: 'command line',
  command: '(disabled)',
  library: '',
  directory: '/copies/one/data',
  standbys: '',
  processes: [],
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
