import { readFileSync } from 'node:fs';
import { createCluster, type TestCluster } from '../../test/support/cluster.ts';
import { writeConfiguration, type TestConfiguration } from '../../test/support/configuration.ts';
import { mustRunHoldfast } from '../../test/support/holdfast.ts';
import type { Sandbox } from '../../test/support/sandbox.ts';

/** Servers as small as they get, each its own stanza of one configuration, set up and archiving. */
export interface ManyStanzas {
  readonly clusters: readonly TestCluster[];
  readonly configuration: TestConfiguration;
  /** Of the HTTP server. */
  readonly port: number;
}

/**
 * @param count servers
 * @param keys of each stanza: `schedule`, `objectives`
 * @param say told of every fifth one
 */
export async function protectMany(
  sandbox: Sandbox,
  count: number,
  keys: Readonly<Record<string, unknown>>,
  say: (line: string) => void,
): Promise<ManyStanzas> {
  const clusters: TestCluster[] = [];
  for (let index = 1; index <= count; index += 1) {
    const settings = { shared_buffers: '1MB', max_connections: '10', wal_buffers: '64kB' };
    clusters.push(await createCluster({ sandbox, name: `s${index}`, walSegmentMegabytes: 1, settings }));
    if (index % 5 === 0) say(`${index} servers`);
  }
  const port = await sandbox.port();
  const stanzas = Object.fromEntries(clusters.map((cluster) => [cluster.name, { cluster, keys }]));
  const configuration = writeConfiguration(sandbox, stanzas, { server: { listen: `127.0.0.1:${port}` } });
  for (const [index, { name }] of clusters.entries()) {
    const args = [
      '--config',
      configuration.file,
      '--stanza',
      name,
      'setup',
      '--yes',
      '--restart',
      '--no-backup',
    ];
    await mustRunHoldfast(args);
    if ((index + 1) % 5 === 0) say(`${index + 1} stanzas set up`);
  }
  return { clusters, configuration, port };
}

/**
 * What a process has used: its own processor time and that of its children, milliseconds; memory, bytes. The children are
 * those that it has waited for; those that live (connections that are kept) stand apart, and are in neither before they end.
 */
export interface ProcessUse {
  readonly ownMs: number;
  readonly childrenMs: number;
  readonly living: LivingChildren;
  readonly residentBytes: number;
  readonly privateBytes: number;
}

/** The children of a process that have not ended. What several of them share is divided among them (Pss of proc(5)). */
export interface LivingChildren {
  readonly count: number;
  readonly ms: number;
  readonly proportionalBytes: number;
}

/** Clock ticks a second, sysconf(_SC_CLK_TCK): 100 on every Linux that Node runs on. */
const ticksPerSecond = 100;

/** From proc(5): fields 14 to 17 of `stat`, and `smaps_rollup`. */
export function readProcessUse(pid: number): ProcessUse {
  const { ownMs, childrenMs } = readTicks(pid);
  const bytes = readMemory(pid);
  return {
    ownMs,
    childrenMs,
    living: readLiving(pid),
    residentBytes: bytes('Rss'),
    privateBytes: bytes('Private_Dirty') + bytes('Private_Clean'),
  };
}

function readTicks(pid: number): Pick<ProcessUse, 'ownMs' | 'childrenMs'> {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = (from: number): number =>
    (Number(fields[from]) + Number(fields[from + 1])) * (1000 / ticksPerSecond);
  return { ownMs: ticks(11), childrenMs: ticks(13) };
}

function readMemory(pid: number): (name: string) => number {
  const memory = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  return (name) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(memory)?.[1] ?? 0) * 1024;
}

/** One that ends while it is looked at counts for nothing. */
function readLiving(pid: number): LivingChildren {
  const pids = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
  const living = pids.flatMap((text) => {
    try {
      const child = Number(text);
      const { ownMs, childrenMs } = readTicks(child);
      return [{ ms: ownMs + childrenMs, bytes: readMemory(child)('Pss') }];
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'ESRCH') return [];
      throw error;
    }
  });
  return {
    count: living.length,
    ms: living.reduce((sum, { ms }) => sum + ms, 0),
    proportionalBytes: living.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}
