import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { NotifyChannel } from '../../src/config/configuration.ts';
import { composeTest } from '../../src/notify/compose-notification.ts';
import { createChannel } from '../../src/notify/create-channel.ts';
import type { TestCertificates } from '../support/certificates.ts';
import type { HookServer } from '../support/hook-server.ts';
import { knownFinding, notifyChannel } from '../support/notify-parts.ts';
import { createNotifyBed, deps, literal, now, problemOf, type NotifyBed } from './notify-bed.ts';

let bed: NotifyBed;
let server: HookServer;
let certificates: TestCertificates;
beforeAll(async () => {
  bed = await createNotifyBed('hf-g-services-');
  ({ server, certificates } = bed);
});
beforeEach(() => bed.reset());
afterAll(() => bed[Symbol.asyncDispose]());

const deliver: NotifyBed['deliver'] = (change, signal) => bed.deliver(change, signal);

describe('PagerDuty', () => {
  it('gets an event as its Events API v2 wants it, and the same key for the end', async () => {
    const routing = 'R0123456789ABCDEF0123456789ABCDE';
    server.behave = ({ body }) => {
      const event = JSON.parse(body) as Record<string, unknown>;
      const well =
        event['routing_key'] === routing && ['trigger', 'resolve'].includes(String(event['event_action']));
      return well
        ? { status: 202, body: JSON.stringify({ status: 'success', dedup_key: event['dedup_key'] }) }
        : { status: 400, body: JSON.stringify({ status: 'invalid event', errors: [routing] }) };
    };
    const channel = {
      kind: 'pagerduty',
      target: literal(routing),
      url: `${server.url}/v2/enqueue`,
      caFile: certificates.caFile,
    } as const;
    expect(await deliver(channel)).toEqual({ delivered: true, answer: 'HTTP 202' });
    expect(server.requests[0]?.url).toBe('/v2/enqueue');
    expect(JSON.parse(server.requests[0]?.body ?? '')).toMatchObject({
      event_action: 'trigger',
      dedup_key: 'holdfast/db1/stanza main',
      payload: {
        summary: 'critical: stanza main, repository offsite: no WAL arrives',
        source: 'db1',
        severity: 'critical',
        timestamp: '2026-11-21T03:00:00.000Z',
      },
    });
    server.behave = () => ({ status: 400, body: `invalid routing key ${routing}` });
    const refused = await deliver(channel);
    expect(refused).toMatchObject({ delivered: false, permanent: true });
    expect(problemOf(refused)).toBe('HTTP 400: invalid routing key (secret)');
  });
});

describe('pings', () => {
  const ping = (change: Partial<NotifyChannel> = {}) => {
    const channel = createChannel(
      notifyChannel({
        kind: 'healthchecks',
        target: literal(`${server.url}/ping/uuid?create=1`),
        caFile: certificates.caFile,
        ...change,
      }),
      deps,
    );
    if (channel.type !== 'state') throw new Error('not a channel of state');
    return channel;
  };
  const signal = (): AbortSignal => AbortSignal.timeout(5000);

  it('go to the URL while all is well, and to /fail while something critical is there', async () => {
    const state = { ended: [], now };
    await ping().push({ ...state, open: [] }, signal());
    await ping().push({ ...state, open: [knownFinding(now, { severity: 'warning' })] }, signal());
    await ping().push({ ...state, open: [knownFinding(now)] }, signal());
    await ping({ on: [] }).push({ ...state, open: [knownFinding(now)] }, signal());
    expect(server.requests.map(({ url, body }) => [url, body])).toEqual([
      ['/ping/uuid?create=1', 'holdfast runs on db1'],
      ['/ping/uuid?create=1', 'holdfast runs on db1'],
      ['/ping/uuid/fail?create=1', 'stanza main, repository offsite: no WAL arrives'],
      ['/ping/uuid?create=1', 'holdfast runs on db1'],
    ]);
  });
});

describe('Slack', () => {
  it('gets text and blocks within its limits, escaped, and a test says that it is one', async () => {
    server.behave = () => ({ status: 200, body: 'ok' });
    await deliver({ kind: 'slack', caFile: certificates.caFile });
    const body = JSON.parse(server.requests[0]?.body ?? '') as { text: string; blocks: unknown[] };
    expect(body.text).toBe('critical: stanza main, repository offsite: no WAL arrives');
    expect(JSON.stringify(body.blocks)).toContain('a &lt; b &amp;&amp;');
    const channel = createChannel(
      notifyChannel({ kind: 'slack', target: literal(server.url), caFile: certificates.caFile }),
      deps,
    );
    if (channel.type !== 'messages') throw new Error('not a channel of messages');
    await channel.deliver(
      composeTest('ops', { id: 'x', now, sender: deps.sender }),
      AbortSignal.timeout(5000),
    );
    expect(server.requests[1]?.body).toContain('this is a test');
  });
});
