import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** A control group with limits, and what its processes use: cgroups(7). Disposing removes it once it is empty. */
export interface ControlGroup extends AsyncDisposable {
  readonly version: 1 | 2;
  /** Shell text that puts the shell itself into the group. */
  readonly enter: string;
  /** Bytes of anonymous memory: what cannot be given back. Page cache is left out. */
  anonymousBytes(): number;
  /** Bytes that were charged at most, page cache included; it grows to the limit by itself. */
  peakBytes(): number;
  oomKills(): number;
  /** Processor time in milliseconds. */
  cpuMs(): number;
  /** Milliseconds in which it was held back. */
  throttledMs(): number;
}

const root = '/sys/fs/cgroup';

/**
 * @param limits memory in bytes, processors as a fraction of one
 * @throws Error when this machine does not let us make control groups
 */
export function createControlGroup(
  name: string,
  limits: { readonly memoryBytes: number; readonly processors: number },
): ControlGroup {
  const period = 100_000;
  const quota = Math.round(limits.processors * period);
  return existsSync(`${root}/cgroup.controllers`)
    ? unified(`${root}/${name}`, limits.memoryBytes, `${quota} ${period}`)
    : separate(name, limits.memoryBytes, { quota, period });
}

function unified(directory: string, memoryBytes: number, cpuMax: string): ControlGroup {
  writeFileSync(`${root}/cgroup.subtree_control`, '+memory +cpu');
  mkdirSync(directory);
  writeFileSync(`${directory}/memory.max`, String(memoryBytes));
  writeFileSync(`${directory}/memory.swap.max`, '0');
  writeFileSync(`${directory}/cpu.max`, cpuMax);
  const read = (file: string): string => readFileSync(`${directory}/${file}`, 'utf8');
  return {
    version: 2,
    enter: `echo $$ > ${directory}/cgroup.procs`,
    anonymousBytes: () => keyed(read('memory.stat'), 'anon'),
    peakBytes: () => Number(read('memory.peak')),
    oomKills: () => keyed(read('memory.events'), 'oom_kill'),
    cpuMs: () => keyed(read('cpu.stat'), 'usage_usec') / 1000,
    throttledMs: () => keyed(read('cpu.stat'), 'throttled_usec') / 1000,
    [Symbol.asyncDispose]: () => remove([directory]),
  };
}

function separate(name: string, memoryBytes: number, cpu: { quota: number; period: number }): ControlGroup {
  const [memory, processor, account] = ['memory', 'cpu', 'cpuacct'].map(
    (controller) => `${root}/${controller}/${name}`,
  ) as [string, string, string];
  // cpu and cpuacct may be one hierarchy.
  const directories = [memory, processor, account];
  for (const directory of directories) mkdirSync(directory, { recursive: true });
  writeFileSync(`${memory}/memory.limit_in_bytes`, String(memoryBytes));
  writeFileSync(`${processor}/cpu.cfs_period_us`, String(cpu.period));
  writeFileSync(`${processor}/cpu.cfs_quota_us`, String(cpu.quota));
  const read = (file: string): string => readFileSync(file, 'utf8');
  return {
    version: 1,
    enter: directories.map((directory) => `echo $$ > ${directory}/cgroup.procs`).join('; '),
    anonymousBytes: () => keyed(read(`${memory}/memory.stat`), 'total_rss'),
    peakBytes: () => Number(read(`${memory}/memory.max_usage_in_bytes`)),
    oomKills: () => keyed(read(`${memory}/memory.oom_control`), 'oom_kill'),
    cpuMs: () => Number(read(`${account}/cpuacct.usage`)) / 1e6,
    throttledMs: () => keyed(read(`${processor}/cpu.stat`), 'throttled_time') / 1e6,
    [Symbol.asyncDispose]: () => remove(directories),
  };
}

/** A line `KEY NUMBER` of a file. @throws Error when there is none */
function keyed(text: string, key: string): number {
  const value = new RegExp(`^${key} (\\d+)$`, 'm').exec(text)?.[1];
  if (value === undefined) throw new Error(`no ${key} in ${text}`);
  return Number(value);
}

/** A group can be removed once its last process has been collected. */
async function remove(directories: readonly string[]): Promise<void> {
  for (const directory of directories) {
    for (let attempt = 0; existsSync(directory); attempt += 1) {
      try {
        rmdirSync(directory);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EBUSY' || attempt > 50) throw error;
        await delay(100);
      }
    }
  }
}
