import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CopyDependencies } from '../../src/recovery/copy/copy-deps.ts';
import { dropCopy } from '../../src/recovery/copy/drop-copy.ts';
import { stopServer } from '../../src/postgres/stop-server.ts';
import { type DrillDependencies, type DrillRequest, runDrill } from '../../src/recovery/drill/run-drill.ts';
import { createKnownRows } from '../support/data.ts';
import { openDrillBed, type DrillBed } from '../support/drill-bed.ts';
import { fillDisk, mountSmallDisk } from '../support/full-disk.ts';
import { processesOf } from '../support/processes.ts';
import { createProtectedBed, type ProtectedBed } from '../support/protected-bed.ts';
import { waitUntil } from '../support/wait-until.ts';

let bed: ProtectedBed;
let drills: DrillBed;
let labels: readonly string[];

beforeAll(async () => {
  bed = await createProtectedBed({
    name: 'drillfaults',
    repositories: { local: { retention: { full: 1 } } },
    keys: {
      drills: { proof: 'journal' },
    },
  });
  await createKnownRows(bed.cluster, 10);
  drills = await openDrillBed(bed);
  labels = [await bed.backup('full')];
});
afterAll(async () => {
  drills?.[Symbol.dispose]();
  await bed?.[Symbol.asyncDispose]();
});

function requestOf(change: Partial<DrillRequest> = {}): DrillRequest {
  return {
    id: 'drill-20261121T080000Z-0001',
    stanza: { name: 'main' },
    repositoryName: 'local',
    setLabel: labels[0],
    asked: 'oldest',
    target: { kind: 'immediate' },
    random: 0.5,
    settings: { checks: ['target'], queries: [] },
    previous: undefined,
    ...change,
  };
}

async function drill(change: Partial<DrillDependencies>, request = requestOf()): ReturnType<typeof runDrill> {
  return runDrill(request, { ...drills.deps, ...change });
}

/** The configuration with other bounds of copies. */
function bounded(copies: Partial<CopyDependencies['configuration']['copies']>): Partial<CopyDependencies> {
  const { configuration } = drills.deps;
  return { configuration: { ...configuration, copies: { ...configuration.copies, ...copies } } };
}

const copies = (): string => join(bed.configuration.stateDirectory, 'copies');

function expectNothingLeft(directory = copies()): void {
  expect(existsSync(directory) ? readdirSync(directory) : []).toEqual([]);
  expect(processesOf(directory)).toEqual([]);
}

it('a server that is just being started when its copy is dropped does not outlive it', async () => {
  const { made } = await drills.copy({ kind: 'immediate' });
  const { dataDirectory } = made.record;
  await stopServer(made.server, { timeoutMs: 60_000 });
  const { directory } = bed.cluster.binaries;
  // As pg_ctl does it: a shell that becomes the server, here four seconds later.
  const config = `${dataDirectory}/holdfast-scratch/postgresql.conf`;
  const words = `sleep 4; exec "${directory}/postgres" -D "${dataDirectory}" -c config_file="${config}"`;
  let shell: Promise<unknown> = Promise.resolve();
  const checkpoint: CopyDependencies['checkpoint'] = async (name) => {
    if (name !== 'drop: engine ended') return;
    shell = bed.sandbox.run('/bin/sh', ['-c', words]);
    await waitUntil('it is on its way', () => processesOf(copies()).length > 0);
  };
  await dropCopy(made.record, { ...drills.deps, checkpoint });
  expectNothingLeft();
  await shell;
});

describe('room', () => {
  it('that would not stay free is no place for a drill', async () => {
    await expect(drill(bounded({ keepFree: { bytes: 2 ** 50 } }))).rejects.toMatchObject({
      kind: 'preflight-refused',
      details: { refusals: [{ rule: 'disk-too-small' }] },
    });
    expectNothingLeft();
  });

  it('that goes while it runs stops it, and all of it is gone', async () => {
    const disk = mountSmallDisk(bed.sandbox, 'disk', 400);
    const directory = join(disk, 'copies');
    const settings = {
      checks: ['target', 'queries'],
      queries: [{ name: 'long', database: 'postgres', sql: 'SELECT pg_sleep(30)', expect: '' }],
    } as const;
    const filled = drill(
      {
        ...bounded({ directory, keepFree: { bytes: 50 * 1024 * 1024 } }),
        onDrillEvent: (event) => {
          if (event.kind === 'phase' && event.phase === 'checks') void fillDisk(bed.sandbox, disk, 20 * 1024);
        },
      },
      requestOf({ settings }),
    );
    await expect(filled).rejects.toMatchObject({ kind: 'disk-full' });
    expectNothingLeft(directory);
  });
});

describe('what it takes of the host', () => {
  it('is bounded: priority, I/O class, memory and processes of engine and server', async () => {
    const seen = new Map<string, string>();
    const look = setInterval(() => {
      for (const { pid, command } of processesOf(copies())) {
        const what = /\/postgres\b/.test(command)
          ? 'server'
          : /pgbackrest.* restore/.test(command)
            ? 'engine'
            : '';
        if (what === '' || /^\S*(?:nice|ionice|setpriv)\b/.test(command)) continue;
        try {
          const now = `${niceOf(pid)} ${execFileSync('ionice', ['-p', String(pid)])
            .toString()
            .trim()}`;
          // One that is ending has no I/O class any more, and no arguments.
          if (readFileSync(`/proc/${pid}/cmdline`, 'utf8') === '') continue;
          seen.set(what, now);
          // Its workers (restore:local) are not told how many they are.
          if (/ restore(?: |$)/.test(command))
            seen.set('processes', /--process-max=\d+/.exec(command)?.[0] ?? 'none');
        } catch {
          // It has ended.
        }
      }
    }, 40);
    try {
      const { report } = await drill(bounded({ nice: 7, processes: 1, memory: 64 * 1024 * 1024 }), {
        ...requestOf(),
        settings: {
          checks: ['target', 'queries'],
          queries: [
            {
              name: 'memory',
              database: 'postgres',
              sql: `SELECT current_setting('shared_buffers')`,
              expect: '16MB',
            },
          ],
        },
      });
      expect(report.problems).toEqual([]);
    } finally {
      clearInterval(look);
    }
    // Beside those that the tests run with.
    const bounds = `${getPriority() + 7} idle`;
    expect(Object.fromEntries(seen)).toEqual({
      engine: bounds,
      processes: '--process-max=1',
      server: bounds,
    });
    expectNothingLeft();
  });
});

/** Field 19 of /proc/PID/stat: proc(5). */
function niceOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16]);
}

describe('an expire meanwhile', () => {
  it('of this host spares the set that is drilled', async () => {
    const [old = ''] = labels;
    const { report } = await drill({
      async checkpoint(place) {
        if (place !== 'copy: place made') return;
        labels = [old, await bed.backup('full')];
        expect(await present()).toEqual(labels);
      },
    });
    expect(report).toMatchObject({ result: 'passed', set: { label: old } });
    await bed.mustRun(['expire', '--yes']);
    labels = labels.slice(1);
    expect(await present()).toEqual(labels);
  });

  it('of somebody else says nothing of the backup', async () => {
    const [wanted = ''] = labels;
    const { engineFile, includeDirectory } = bed.configuration;
    const gone = drill({
      async checkpoint(place) {
        if (place !== 'copy: place made') return;
        await bed.backup('full');
        await bed.sandbox.mustRun(drills.deps.engine.binary, [
          `--config=${engineFile}`,
          `--config-include-path=${includeDirectory}`,
          '--stanza=main',
          '--repo=1',
          `--set=${wanted}`,
          'expire',
        ]);
      },
    });
    await expect(gone).rejects.toMatchObject({ kind: 'nothing-found' });
    expectNothingLeft();
  });
});

async function present(): Promise<readonly string[]> {
  const result = await bed.mustRun(['info', '--json']);
  const labelsOf = [...result.stdout.matchAll(/"label": ?"(\d{8}-\d{6}F)"/g)].map(([, label = '']) => label);
  return [...new Set(labelsOf)].toSorted();
}
