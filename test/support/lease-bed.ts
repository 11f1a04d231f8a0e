import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import type { LeaseRequest, LeaseServer } from '../../src/postgres/lease.ts';
import { locateServer } from '../../src/postgres/locate-server.ts';
import type { TestCluster } from './cluster.ts';
import type { LeaseDriverRequest } from './lease-driver.ts';
import { nodeOf } from './postgres-node.ts';
import { isRunning } from './processes.ts';
import { waitUntil } from './wait-until.ts';

/** A real clock for what needs one. */
export const realClock: LeaseRequest['clock'] = {
  monotonic: () => performance.now(),
  sleep: (milliseconds, signal) => delay(milliseconds, undefined, { signal }),
};

/** The cluster as a lease connects to it: through its socket, as its owner. */
export async function leaseServerOf(cluster: TestCluster): Promise<LeaseServer> {
  const found = await locateServer(nodeOf(cluster), {
    path: '/usr/bin:/bin',
    currentUid: process.getuid?.() ?? -1,
  });
  return { server: found };
}

/** Sessions that hold a lease, of any resource. */
export async function leaseSessions(cluster: TestCluster): Promise<readonly number[]> {
  const rows = await cluster.sql(
    `SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND classid = 1215261796 AND granted`,
  );
  return rows.map((row) => Number(row['pid']));
}

/** A process that holds a lease. */
export interface LeaseDriver {
  readonly process: ChildProcess;
  /** Pid of the child that inherited it. */
  readonly child: number | undefined;
  /** SIGKILL to it alone. */
  kill(): Promise<void>;
  /** Waits until it says that the lease is lost. */
  waitForLoss(): Promise<void>;
}

let drivers = 0;

/** Starts one (in a network namespace) and waits until it holds the lease. It is killed with the sandbox, and its child too. */
export async function startLeaseDriver(
  cluster: TestCluster,
  request: LeaseDriverRequest,
  namespace?: string,
): Promise<LeaseDriver> {
  const { sandbox } = cluster;
  drivers += 1;
  const file = sandbox.write(`lease-driver-${drivers}.json`, JSON.stringify(request));
  const inNamespace = namespace === undefined ? [] : ['ip', 'netns', 'exec', namespace];
  const words = [...inNamespace, process.execPath, `${import.meta.dirname}/lease-driver.ts`, file];
  const child = spawn(words[0] as string, words.slice(1), {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const said: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => said.push(line));
  const over = (): boolean => child.exitCode !== null || child.signalCode !== null;
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await waitUntil('the driver is gone', over);
  };
  const inheritor = (): number | undefined => {
    const pid = said.find((line) => line.startsWith('child '))?.slice(6);
    return pid === undefined ? undefined : Number(pid);
  };
  sandbox.defer(async () => {
    await kill();
    const pid = inheritor();
    if (pid !== undefined && isRunning(pid)) process.kill(pid, 'SIGKILL');
  });
  await waitUntil('the driver holds the lease', () => {
    if (over()) throw new Error(`the driver ended: ${said.join('\n')}`);
    return said.includes('held') && (request.child === undefined || inheritor() !== undefined);
  });
  return {
    process: child,
    child: inheritor(),
    kill,
    async waitForLoss() {
      await waitUntil('the driver loses the lease', () => said.includes('lost'));
    },
  };
}
