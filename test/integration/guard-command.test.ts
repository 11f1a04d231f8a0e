import { createServer } from 'node:http';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failureCodes } from '../../src/model/failure.ts';
import { createCluster, type TestCluster } from '../support/cluster.ts';
import { writeConfiguration } from '../support/configuration.ts';
import { runHoldfast, type HoldfastResult } from '../support/holdfast.ts';
import { createStandby } from '../support/standby.ts';

/* A primary and its standby, each with the holdfast.yaml of its host. */
let primary: TestCluster;
let standby: TestCluster;

beforeAll(async () => {
  primary = await createCluster({ name: 'guard', walSegmentMegabytes: 1 });
  standby = await createStandby(primary);
});
afterAll(() => primary?.[Symbol.asyncDispose]());

let files = 0;

function configure(cluster: TestCluster, keys: Readonly<Record<string, unknown>> = {}): string {
  files += 1;
  return writeConfiguration(primary.sandbox, { main: { cluster, keys } }, {}, `host-${files}`).file;
}

async function guard(file: string, ...args: readonly string[]): Promise<HoldfastResult> {
  return runHoldfast(['--config', file, 'guard', '--stanza', 'main', ...args]);
}

describe('holdfast guard', () => {
  it('asks the local server for its role', async () => {
    const [leader, replica] = [configure(primary), configure(standby)];
    expect(await guard(leader, '--on', 'leader')).toMatchObject({ code: 0, stderr: '' });
    expect(await guard(replica, '--on', 'replica')).toMatchObject({ code: 0 });
    const skipped = await guard(replica, '--on', 'leader');
    expect(skipped.code).toBe(1);
    expect(skipped.stdout).toMatch(/does not run here now: it runs on the leader, and .* is a standby/);
    const other = await guard(leader, '--on', 'replica', '--json');
    expect(other.code).toBe(1);
    expect(other.json()).toMatchObject({
      ok: true,
      exitCode: 1,
      stanza: 'main',
      on: 'replica',
      runs: false,
      observed: 'leader',
    });
    expect((await guard(replica)).code).toBe(0);
  });

  it('does not run in a blackout', async () => {
    const hour = new Date(Date.now() - 3_600_000).getUTCHours();
    const blackouts = [{ cron: `0 ${hour} * * *`, duration: '4h' }];
    const file = configure(primary, { schedule: { timezone: 'UTC', check: '0 * * * *', blackouts } });
    const answer = await guard(file, '--on', 'any', '--json');
    expect(answer.code).toBe(1);
    expect(answer.json()).toMatchObject({ runs: false, blackoutUntil: expect.any(String) });
  });

  it('asks Patroni where there is one, and fails where it does not answer', async () => {
    let role = { status: 503, role: 'replica', state: 'streaming' };
    const server = createServer((_, response) => {
      response.writeHead(role.status).end(JSON.stringify(role));
    });
    const port = await primary.sandbox.port();
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    const file = configure(primary, { patroni: { url: `http://127.0.0.1:${port}` } });
    try {
      expect((await guard(file)).code).toBe(1);
      expect((await guard(file, '--on', 'replica')).code).toBe(0);
      role = { status: 200, role: 'primary', state: 'running' };
      expect((await guard(file)).code).toBe(0);
    } finally {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    }
    expect(await guard(file)).toMatchObject({ code: failureCodes['server-unreachable'], stdout: '' });
  });

  it('fails when the server is down, and when there is no such stanza', async () => {
    const file = configure(standby);
    await standby.stop();
    try {
      expect((await guard(file, '--on', 'leader')).code).toBe(failureCodes['server-unreachable']);
    } finally {
      await standby.start();
    }
    const missing = await runHoldfast(['--config', file, 'guard', '--stanza', 'other']);
    expect(missing.code).toBe(failureCodes['stanza-missing']);
  });

  it('may be asked by the owner of the cluster', async () => {
    const file = configure(primary);
    const args = ['--config', file, 'guard', '--on', 'leader'];
    expect(await runHoldfast(args, { as: 'postgres' })).toMatchObject({ code: 0, stderr: '' });
  });
});
