import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { acquireLease, type LeaseResource, type LeaseServer } from '../../src/postgres/lease.ts';
import { runLoggedChild } from '../../src/process/logged-child.ts';

/** What the driver is to do, as JSON in the file that is its only argument. */
export interface LeaseDriverRequest {
  readonly primary: LeaseServer;
  readonly resource: LeaseResource;
  /** Run under the lease; undefined only holds it. */
  readonly child:
    | { readonly command: string; readonly args: readonly string[]; readonly logFile: string }
    | undefined;
}

/*
 * A Holdfast in a process of its own that can be killed: takes a lease, says `held`, and runs a child under it. Says
 * `lost` and ends when the lease is lost.
 */
const request = JSON.parse(readFileSync(process.argv[2] as string, 'utf8')) as LeaseDriverRequest;
const lease = await acquireLease(request.primary, request.resource, {
  claimant: { host: 'driver', runId: `backup-${process.pid}` },
  waitMs: 0,
  clock: {
    monotonic: () => performance.now(),
    sleep: (milliseconds, signal) => delay(milliseconds, undefined, { signal }),
  },
});
lease.lost.addEventListener('abort', () => {
  console.log('lost');
  process.exit(0);
});
const { child } = request;
if (child !== undefined) {
  const guarded = lease.guard(child.command, child.args);
  void runLoggedChild({
    ...guarded,
    env: { PATH: '/usr/bin:/bin' },
    runAs: request.primary.server.runAs,
    logFile: child.logFile,
    onSpawn: ({ pid }) => console.log(`child ${pid}`),
  });
}
console.log('held');
await delay(600_000);
