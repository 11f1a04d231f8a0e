import { chmodSync, existsSync, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DrillReport } from '../../src/model/drill.ts';
import { createCluster, type TestCluster } from '../support/cluster.ts';
import { writeConfiguration, type TestConfiguration } from '../support/configuration.ts';
import { appendKnownRows, archiveWal, createKnownRows } from '../support/data.ts';
import { engineUnderTest } from '../support/engines.ts';
import { mustRunHoldfast, runHoldfast } from '../support/holdfast.ts';
import { processesOf } from '../support/processes.ts';
import { bedOf, type ProtectedBed } from '../support/protected-bed.ts';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';

let sandbox: Sandbox;
let cluster: TestCluster;
let bed: ProtectedBed;
let production: TestConfiguration;
let far: string;
let state: string;

/** A host that has nothing of production but a way to read its repository. */
beforeAll(async () => {
  sandbox = await createSandbox('drill-host');
  cluster = await createCluster({ sandbox });
  production = writeConfiguration(sandbox, { main: { cluster } });
  bed = bedOf(sandbox, cluster, production);
  await bed.mustRun(['setup', '--yes', '--restart', '--no-backup']);
  await createKnownRows(cluster, 10);
  await bed.backup('full');
  await appendKnownRows(cluster, 5);
  await archiveWal(cluster);
  state = sandbox.file('far', 'state');
  const place = (name: string): string => sandbox.file('far', name);
  sandbox.directory('far', 0o755);
  far = sandbox.write(
    'far/holdfast.yaml',
    stringify({
      engine: {
        binary: engineUnderTest(),
        configFile: place('etc/pgbackrest.conf'),
        includeDirectory: place('etc/conf.d'),
        logDirectory: place('log'),
        lockDirectory: place('lock'),
        spoolDirectory: place('spool'),
      },
      state: { directory: state },
      copies: { keepFree: '1%', nice: 7 },
      stanzas: {
        main: {
          // The path is that of production, and something else lies there on this host.
          postgres: [
            { host: '192.0.2.1', path: cluster.dataDirectory, port: 1, bin: cluster.binaries.directory },
          ],
          repositories: {
            local: { type: 'posix', path: production.repository('local'), retention: { full: 2 } },
          },
          drills: { queries: [{ name: 'rows', sql: 'SELECT count(*) FROM known_rows', expect: '15' }] },
        },
      },
    }),
    0o644,
  );
  for (const name of ['etc', 'etc/conf.d', 'log', 'lock', 'spool']) sandbox.directory(`far/${name}`, 0o755);
  await mustRunHoldfast(['--config', far, 'render', 'pgbackrest', '--out', '/']);
});
afterAll(async () => sandbox?.[Symbol.asyncDispose]());

/** Every path below a directory with what tells that it was changed. */
function traces(directory: string): readonly string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .map((name) => {
      const { mtimeMs, ctimeMs, size, ino } = lstatSync(join(directory, name));
      return `${name} ${mtimeMs} ${ctimeMs} ${size} ${ino}`;
    })
    .toSorted();
}

function setWritable(directory: string, writable: boolean): void {
  const paths = readdirSync(directory, { recursive: true, encoding: 'utf8' }).map((name) =>
    join(directory, name),
  );
  for (const path of [directory, ...paths]) {
    const { mode } = lstatSync(path);
    chmodSync(path, writable ? mode | 0o200 : mode & ~0o222);
  }
}

describe('a host for drills', () => {
  it('needs to read the repository and nothing else', async () => {
    const repository = production.repository('local');
    setWritable(repository, false);
    try {
      const before = traces(repository);
      const result = await runHoldfast([
        '--config',
        far,
        'drill',
        '--target',
        'latest',
        '--checks',
        'target,queries,read',
        '--wait',
        '1s',
        '--json',
      ]);
      expect(result.code, result.stdout + result.stderr).toBe(1);
      const { report, proof } = result.json<{
        report: DrillReport;
        proof: { written: boolean; detail: string };
      }>();
      expect(report).toMatchObject({ result: 'passed', problems: [] });
      expect(proof.written).toBe(false);
      expect(proof.detail).toContain('in this journal only');
      expect(traces(repository)).toEqual(before);
    } finally {
      setWritable(repository, true);
    }
    expect(readdirSync(join(state, 'copies'))).toEqual([]);
    expect(existsSync(join(state, 'no-local-production'))).toBe(false);
    expect(processesOf(join(state, 'copies'))).toEqual([]);
  });

  it('takes a random moment without having seen production', async () => {
    const result = await runHoldfast([
      '--config',
      far,
      'drill',
      '--checks',
      'target',
      '--wait',
      '1s',
      '--json',
    ]);
    expect(result.json<{ report: DrillReport }>().report.result).toBe('passed');
  });

  it('does not restore production itself', async () => {
    const result = await runHoldfast(['--config', far, 'restore', '--to', 'latest', '--yes', '--json']);
    expect([result.code, result.stdout]).toEqual([
      64,
      expect.stringContaining('none of its nodes is on this host'),
    ]);
  });
});
