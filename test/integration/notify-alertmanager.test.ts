import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { NotifyChannel } from '../../src/config/configuration.ts';
import type { KnownFinding } from '../../src/model/finding.ts';
import type { StateChannel } from '../../src/notify/channel.ts';
import { createAlertmanager } from '../../src/notify/channels/alertmanager.ts';
import { startAlertmanager, type TestAlertmanager } from '../support/alertmanager.ts';
import { reservePort } from '../support/ports.ts';
import { waitUntil } from '../support/wait-until.ts';

const sender = { host: 'db1.example.com', version: '1.0.0' };

/** One message of Alertmanager to its webhook: groups are of one alert. */
interface Told {
  readonly status: string;
  readonly labels: Readonly<Record<string, string>>;
}

async function listen(): Promise<{ readonly url: string; readonly told: Told[] }> {
  const told: Told[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const { alerts } = JSON.parse(Buffer.concat(parts).toString('utf8')) as { alerts: Told[] };
      told.push(...alerts.map(({ status, labels }) => ({ status, labels })));
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.closeAllConnections());
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, told };
}

async function start(webhook: string): Promise<TestAlertmanager> {
  const started = await startAlertmanager(webhook);
  onTestFinished(() => started[Symbol.asyncDispose]());
  return started;
}

function channelTo(target: string): StateChannel {
  const settings: NotifyChannel = {
    name: 'am',
    kind: 'alertmanager',
    target: { kind: 'literal', value: target },
    on: ['critical', 'warning', 'resolved'],
    stanzas: [],
    wait: 30,
    repeat: { critical: undefined, warning: undefined },
    every: undefined,
    signingSecret: undefined,
    mail: undefined,
    url: undefined,
    caFile: undefined,
    proxy: undefined,
  };
  const channel = createAlertmanager(settings, {
    sender,
    resolveSecret: async (reference) => (reference.kind === 'literal' ? reference.value : ''),
    now: () => Date.now(),
  });
  if (channel.type !== 'state') throw new Error('Alertmanager is told the state');
  return channel;
}

const hole: KnownFinding = {
  rule: 'wal-hole',
  severity: 'critical',
  subject: 'stanza main, repository offsite',
  stanza: 'main',
  repository: 'offsite',
  problem: '3 segments are missing',
  evidence: 'the archive ends with 000000010000000000000003 & goes on with …07 "<here>"',
  remedy: 'Take a full backup.',
  since: Date.now() - 3_600_000,
  lastSeenAt: Date.now(),
  endedAt: undefined,
};

const signal = (): AbortSignal => AbortSignal.timeout(10_000);

describe('the channel to a real Alertmanager', () => {
  it('raises an alert, keeps it, changes its severity, and resolves it', async () => {
    const { url, told } = await listen();
    const alertmanager = await start(url);
    const channel = channelTo(`${alertmanager.url}/`);
    const push = async (open: KnownFinding[], ended: KnownFinding[] = []): Promise<void> => {
      expect(await channel.push({ open, ended, now: Date.now() }, signal())).toEqual({
        delivered: true,
        answer: 'HTTP 200',
      });
    };

    await push([hole]);
    const [alert, ...others] =
      (await waitUntil('the alert', async () => {
        const alerts = await alertmanager.alerts();
        return alerts.length > 0 ? alerts : undefined;
      })) ?? [];
    expect(others).toEqual([]);
    expect(alert?.labels).toEqual({
      alertname: 'HoldfastWalHole',
      rule: 'wal-hole',
      severity: 'critical',
      stanza: 'main',
      repository: 'offsite',
      subject: 'stanza main, repository offsite',
      instance: 'db1.example.com',
    });
    expect(alert?.annotations).toMatchObject({ description: hole.evidence, remedy: 'Take a full backup.' });
    expect(Date.parse(alert?.startsAt ?? '')).toBe(hole.since);
    const endsAt = Date.parse(alert?.endsAt ?? '');
    expect(endsAt - Date.now()).toBeGreaterThan(10 * 60_000);
    await waitUntil('it is told', () => told.length === 1);

    // Still there: the same alert, which goes on for longer.
    await push([hole]);
    await waitUntil('it goes on', async () => {
      const [again] = await alertmanager.alerts();
      return Date.parse(again?.endsAt ?? '') > endsAt;
    });
    expect(await alertmanager.alerts()).toHaveLength(1);

    // Of another severity it is another alert for Alertmanager; the one before must not stay.
    await push([{ ...hole, severity: 'warning' }]);
    await waitUntil('the former is resolved', async () => {
      const severities = (await alertmanager.alerts()).map(({ labels }) => labels['severity']);
      return severities.join() === 'warning';
    });

    await push([], [{ ...hole, severity: 'warning', endedAt: Date.now() - 1000 }]);
    await waitUntil('nothing fires', async () => (await alertmanager.alerts()).length === 0);
    await waitUntil(
      'both ends are told',
      () => told.filter(({ status }) => status === 'resolved').length === 2,
    );
    expect(told.map(({ status, labels }) => `${status} ${labels['severity']}`).toSorted()).toEqual([
      'firing critical',
      'firing warning',
      'resolved critical',
      'resolved warning',
    ]);

    // An end that is told again makes no message, and does not end what has begun anew.
    await push([{ ...hole, since: Date.now() - 10 }], [{ ...hole, endedAt: Date.now() - 1000 }]);
    await waitUntil('it began anew', () => told.length === 5);
    expect(told.at(-1)?.status).toBe('firing');
    expect(await alertmanager.alerts()).toHaveLength(1);
  });

  it('tells each of a cluster, and says so when one of them was not reached', async () => {
    const { url } = await listen();
    const [first, second, nobody] = [await start(url), await start(url), await reservePort()];
    onTestFinished(() => nobody[Symbol.dispose]());
    const all = channelTo(`${first.url}, http://127.0.0.1:${nobody.number} ${second.url}`);
    const result = await all.push({ open: [hole], ended: [], now: Date.now() }, signal());
    expect(result).toMatchObject({ delivered: false, permanent: false });
    expect(result.delivered || result.problem).toContain('URL 2 of 3');
    for (const alertmanager of [first, second])
      await waitUntil('each has it', async () => (await alertmanager.alerts()).length === 1);
  });

  it('sends a test that says what it is', async () => {
    const { url, told } = await listen();
    const alertmanager = await start(url);
    expect(await channelTo(alertmanager.url).test('test-1', signal())).toMatchObject({ delivered: true });
    await waitUntil('it is told', () => told.length === 1);
    expect(told[0]?.labels).toMatchObject({ alertname: 'HoldfastTest', test: 'test-1' });
  });

  it('says what Alertmanager says of what it refuses', async () => {
    const { url } = await listen();
    const alertmanager = await start(url);
    const strange = { ...hole, stanza: '\ud800' };
    const result = await channelTo(`${alertmanager.url}/nothing`).push(
      { open: [strange], ended: [], now: Date.now() },
      signal(),
    );
    expect(result).toMatchObject({ delivered: false, problem: expect.stringContaining('HTTP 4') });
  });
});
