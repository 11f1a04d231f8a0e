import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startAlertmanager, type TestAlertmanager } from '../support/alertmanager.ts';
import { startConsul, type TestConsul } from '../support/consul.ts';
import { createDaemonBed, type DaemonBed, type ServedDaemon } from '../support/daemon-bed.ts';
import { holdfastProgram } from '../support/installation.ts';
import { processesOf } from '../support/processes.ts';
import { waitUntil } from '../support/wait-until.ts';

/* One finding of a real daemon on its way to a real Alertmanager and a real Consul: its begin, its end, and the daemon's death. */
const cleanUp = new AsyncDisposableStack();
let bed: DaemonBed;
let consul: TestConsul;
let alertmanager: TestAlertmanager;
let daemon: ServedDaemon;

beforeAll(async () => {
  bed = cleanUp.use(await createDaemonBed({ name: 'monitoring', schedule: { full: '0 2 * * 0' } }));
  const server = createServer((_, response) => response.end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanUp.defer(() => void server.close());
  cleanUp.defer(() => server.closeAllConnections());
  alertmanager = cleanUp.use(
    await startAlertmanager(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`),
  );
  // What docs/consul.md has as the form that Consul runs; without a shell's variables there is no PATH.
  const args = [
    '/usr/bin/env',
    `PATH=${process.env.PATH}`,
    'HOME=/root',
    holdfastProgram(),
    'status',
    '--plugin',
    '--config',
    bed.configuration.file,
  ];
  const checks = [{ id: 'script', name: 'backups', args, interval: '2s', timeout: '60s' }];
  // Consul ends and leaves a script that runs.
  cleanUp.defer(async () => {
    const isScript = ({ command }: { readonly command: string }): boolean => / status /.test(command);
    await waitUntil('no script runs', () => !processesOf(bed.sandbox.path).some(isScript));
  });
  consul = cleanUp.use(await startConsul({ services: [{ id: 'script', name: 'script', checks }] }));
  bed.configure(
    { schedule: { full: '0 2 * * 0' }, heartbeat: false },
    {
      consul: { url: consul.url, ttl: '15s' },
      notify: { am: { alertmanager: alertmanager.url, every: '5s', wait: '1s' } },
    },
  );
  daemon = cleanUp.use(await bed.serve());
});
afterAll(() => cleanUp.disposeAsync());

async function statusOf(id: string): Promise<string | undefined> {
  return (await consul.checks())[id]?.Status;
}

async function alertNames(): Promise<readonly string[]> {
  return (await alertmanager.alerts()).map(({ labels }) => `${labels['alertname']} ${labels['severity']}`);
}

describe('monitoring of a real daemon', () => {
  it('says everywhere that there is no backup', async () => {
    const there = 'HoldfastNoBackup critical';
    await waitUntil('the alert', async () => (await alertNames()).includes(there), { timeoutMs: 60_000 });
    await waitUntil(
      'Consul',
      async () => {
        const { 'holdfast:main': check } = await consul.checks();
        return check?.Status === 'critical' && check.Output.includes('[no-backup]');
      },
      { timeoutMs: 60_000 },
    );
    await waitUntil('the script', async () => (await statusOf('script')) === 'critical', {
      timeoutMs: 60_000,
    });
    await waitUntil(
      'the output of the script',
      async () => (await consul.checks())['script']?.Output.includes('no-backup'),
      { timeoutMs: 60_000 },
    );
  });

  it('says everywhere that it is over', async () => {
    await bed.backup('full');
    await waitUntil('no alert', async () => !(await alertNames()).includes('HoldfastNoBackup critical'), {
      timeoutMs: 150_000,
    });
    for (const id of ['holdfast', 'holdfast:main', 'script']) {
      await waitUntil(
        `${id} is no longer critical: ${JSON.stringify(await consul.checks())}`,
        async () => (await statusOf(id)) !== 'critical',
        { timeoutMs: 150_000 },
      );
    }
    expect((await consul.checks())['holdfast:main']?.Output).not.toContain('[no-backup]');
  });

  it('is critical in Consul soon after the daemon was killed', async () => {
    daemon.signal('SIGKILL');
    await daemon.ended;
    await waitUntil('the TTL', async () => (await statusOf('holdfast')) === 'critical', {
      timeoutMs: 40_000,
    });
    expect((await consul.checks())['holdfast']?.Output).toContain('TTL expired');
  });
});
