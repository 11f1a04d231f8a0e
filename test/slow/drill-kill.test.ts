import { existsSync, readdirSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { DrillReport } from '../../src/model/drill.ts';
import { drillPhases } from '../../src/model/drill.ts';
import { archiveWal, createKnownRows, readKnownRows } from '../support/data.ts';
import { createDaemonBed } from '../support/daemon-bed.ts';
import { listFiles } from '../support/hash-tree.ts';
import { underLoad } from '../support/load.ts';
import { processesOf } from '../support/processes.ts';
import { createProtectedBed, type ProtectedBed } from '../support/protected-bed.ts';
import { waitUntil } from '../support/wait-until.ts';

const copiesOf = (bed: ProtectedBed): string => join(bed.configuration.stateDirectory, 'copies');

function expectNothingLeft(bed: ProtectedBed): void {
  expect(existsSync(copiesOf(bed)) ? readdirSync(copiesOf(bed)) : []).toEqual([]);
  expect(processesOf(copiesOf(bed))).toEqual([]);
  // A copy that archived would have made a timeline.
  const archived = listFiles(`${bed.configuration.repository('local')}/archive`);
  expect(archived.filter((name) => name.endsWith('.history'))).toEqual([]);
  expect(archived.filter((name) => /\/0000000[2-9]\d{16}/.test(name))).toEqual([]);
}

describe('a drill that is killed', () => {
  it('in any phase leaves nothing behind once somebody looks, and production goes on under load', async () => {
    await using bed = await createProtectedBed({ name: 'drillkill' });
    const { cluster } = bed;
    const known = await createKnownRows(cluster, 10);
    await cluster.sandbox.mustRun(cluster.binaries.pgbench, [
      '-i',
      '-q',
      '-h',
      cluster.socketDirectory,
      '-p',
      String(cluster.port),
      '-U',
      'postgres',
      'postgres',
    ]);
    await bed.backup('full');
    await using _load = underLoad(cluster);
    for (const phase of drillPhases) {
      const result = await bed.run(['drill', '--target', 'latest', '--checks', 'target,read'], {
        killAt: new RegExp(`^phase: ${phase}$`),
      });
      expect([phase, result.signal], result.stderr).toEqual([phase, 'SIGKILL']);
      await bed.mustRun(['clones']);
      expectNothingLeft(bed);
    }
    const whole = await bed.mustRun(['drill', '--target', 'latest', '--checks', 'target,read', '--json']);
    expect(whole.json<{ report: DrillReport }>().report.result).toBe('passed');
    expectNothingLeft(bed);
    expect(await readKnownRows(cluster)).toEqual(known);
    const { runs } = (await bed.mustRun(['journal', '--kind', 'drill', '--json'])).json<{
      runs: readonly { result: string }[];
    }>();
    expect(runs.map(({ result }) => result)).toEqual(['ok', ...drillPhases.map(() => 'interrupted')]);
    const { reports } = (await bed.mustRun(['report', '--json'])).json<{
      reports: readonly { result: string }[];
    }>();
    expect(reports.map(({ result }) => result)).toEqual(['passed', ...drillPhases.map(() => 'interrupted')]);
    await bed.mustRun(['report', 'verify', '--all']);
  });

  it('with its daemon is swept and done again by the next one; what cannot be removed is a finding', async () => {
    await using bed = await createDaemonBed({
      name: 'drilldaemon',
      schedule: { drill: { cron: '* * * * *', target: 'latest', checks: ['target', 'queries'] } },
      stanza: {
        drills: { proof: 'journal', queries: [{ name: 'long', sql: 'SELECT pg_sleep(4)', expect: '' }] },
      },
    });
    await createKnownRows(bed.cluster, 5);
    await bed.backup('full');
    await archiveWal(bed.cluster);
    let left: string;
    {
      await using daemon = await bed.serve();
      await daemon.event('the drill', ({ event, job }) => event === 'job-started' && job === 'drill', 90_000);
      await waitUntil('its server', () =>
        processesOf(copiesOf(bed)).some(({ command }) => command.includes('/bin/postgres')),
      );
      daemon.signal('SIGKILL');
      await daemon.ended;
      left = join(copiesOf(bed), readdirSync(copiesOf(bed))[0] ?? '');
    }
    const marker = join(left, 'holdfast-copy.json');
    renameSync(marker, join(dirname(copiesOf(bed)), 'marker'));
    {
      await using daemon = await bed.serve();
      await daemon.event('that it is left', ({ event }) => event === 'copy-left-behind');
      const found = async (): Promise<string> => (await bed.run(['status', '--json'])).stdout;
      await waitUntil('the finding', async () => (await found()).includes('copy-left-behind'));
      expect(existsSync(join(left, 'data', 'PG_VERSION'))).toBe(true);
      renameSync(join(dirname(copiesOf(bed)), 'marker'), marker);
      daemon.signal('SIGKILL');
      await daemon.ended;
    }
    await using daemon = await bed.serve();
    await daemon.event('that it is gone', ({ event }) => event === 'copy-dropped');
    const end = await daemon.event(
      'the end of a drill',
      ({ event, job }) => event === 'job-ended' && job === 'drill',
      120_000,
    );
    expect(end).toMatchObject({ result: 'ok' });
    await waitUntil('that nothing of it is left', () => processesOf(copiesOf(bed)).length === 0);
  });
});
