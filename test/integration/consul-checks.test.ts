import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Configuration, ConsulSettings } from '../../src/config/configuration.ts';
import type { Finding } from '../../src/model/finding.ts';
import { Failure } from '../../src/model/failure.ts';
import { ConsulPusher } from '../../src/notify/consul/consul-pusher.ts';
import { configuration, repository, stanza } from '../support/conf-parts.ts';
import { startConsul, type TestConsul } from '../support/consul.ts';
import { createFakeClock, type FakeClock } from '../support/fake-clock.ts';
import { waitUntil } from '../support/wait-until.ts';

interface Pushed {
  findings: readonly Finding[] | Failure;
  consul: ConsulSettings | undefined;
  token: string;
  readonly clock: FakeClock;
  readonly said: string[];
  /** A turn of the pusher, at a moment so much later. */
  readonly turn: (laterMs?: number) => Promise<void>;
}

function prepare(url: string, change: Partial<ConsulSettings> = {}): Pushed {
  const base = configuration([stanza('main', [], [repository(1)]), stanza('other', [], [repository(1)])]);
  const clock = createFakeClock();
  const state: Pushed = {
    findings: [],
    consul: {
      url,
      token: undefined,
      service: 'holdfast',
      id: 'holdfast',
      ttl: 15,
      register: true,
      caFile: undefined,
      ...change,
    },
    token: 'secret-token',
    clock,
    said: [],
    turn: async (laterMs = 0) => {
      if (laterMs > 0) await clock.advance(laterMs);
      await pusher.turn(new AbortController().signal);
    },
  };
  const pusher = new ConsulPusher({
    configuration: (): Configuration => ({ ...base, consul: state.consul }),
    judge: () => {
      if (state.findings instanceof Failure) throw state.findings;
      return state.findings;
    },
    resolveSecret: async () => state.token,
    now: () => clock.now(),
    clock,
    onBug: (error) => {
      throw error;
    },
    onChange: (_, text) => state.said.push(text),
  });
  return state;
}

async function start(token?: string): Promise<TestConsul> {
  const consul = await startConsul({ token });
  onTestFinished(() => consul[Symbol.asyncDispose]());
  return consul;
}

async function statuses(consul: TestConsul): Promise<string> {
  const checks = Object.values(await consul.checks()).toSorted((left, right) =>
    left.CheckID < right.CheckID ? -1 : 1,
  );
  return checks.map(({ CheckID, Status }) => `${CheckID}=${Status}`).join(' ');
}

const old: Finding = {
  rule: 'backup-too-old',
  severity: 'critical',
  subject: 'stanza main, repository r1',
  stanza: 'main',
  repository: 'r1',
  problem: 'the newest backup is too old',
  evidence: 'it is',
  remedy: 'Take one.',
};

describe('checks in a real Consul', () => {
  it('follow the verdict, and unknown is never passing', async () => {
    const consul = await start();
    const state = prepare(consul.url);
    await state.turn();
    expect(await statuses(consul)).toBe('holdfast=passing holdfast:main=passing holdfast:other=passing');
    const { 'holdfast:main': check } = await consul.checks();
    expect(check).toMatchObject({
      ServiceID: 'holdfast',
      ServiceName: 'holdfast',
      Name: 'holdfast: stanza main',
    });
    expect(check?.Output).toBe('holdfast: healthy, as of 2026-11-20T12:00:00.000Z');
    await waitUntil('the catalogue has it', async () => (await consul.passing('holdfast')) === 1);

    state.findings = [{ ...old, severity: 'warning' }];
    await state.turn();
    expect(await statuses(consul)).toBe('holdfast=warning holdfast:main=warning holdfast:other=passing');

    state.findings = [old];
    await state.turn();
    expect(await statuses(consul)).toBe('holdfast=critical holdfast:main=critical holdfast:other=passing');
    const { holdfast: all } = await consul.checks();
    expect(all?.Output).toContain(
      'critical: stanza main, repository r1: the newest backup is too old [backup-too-old] Take one.',
    );

    state.findings = [{ ...old, rule: 'archive-unknown' }];
    await state.turn();
    expect(await statuses(consul)).toBe('holdfast=critical holdfast:main=critical holdfast:other=passing');
    expect((await consul.checks())['holdfast:main']?.Output).toMatch(/^holdfast: unknown, as of/);

    // Of no stanza: the daemon cannot work, so nobody looks after any.
    state.findings = [{ ...old, rule: 'daemon-not-ready', stanza: undefined, repository: undefined }];
    await state.turn();
    expect(await statuses(consul)).toBe('holdfast=critical holdfast:main=critical holdfast:other=critical');

    state.findings = new Failure('journal-damaged', {
      operation: 'judge',
      problem: 'the journal is damaged',
    });
    await state.turn();
    expect(await statuses(consul)).toBe('holdfast=critical holdfast:main=critical holdfast:other=critical');
    expect((await consul.checks())['holdfast']?.Output).toContain('nothing is known');

    state.findings = [];
    await state.turn();
    expect(await statuses(consul)).toBe('holdfast=passing holdfast:main=passing holdfast:other=passing');
    expect(state.said).toEqual([]);
  });

  it('are not told of a restart as long as nothing was seen since, for half a TTL', async () => {
    const consul = await start();
    const state = prepare(consul.url);
    state.findings = [{ ...old, rule: 'archive-unknown' }];
    await state.turn();
    await state.turn(7000);
    expect(await statuses(consul)).toBe('');
    await state.turn(500);
    expect(await statuses(consul)).toBe('holdfast=critical holdfast:main=critical holdfast:other=passing');
    state.findings = [];
    await state.turn();
    state.findings = [{ ...old, rule: 'archive-unknown' }];
    await state.turn();
    expect(await statuses(consul)).toContain('holdfast=critical');
  });

  it('never take other services of the node out of discovery', async () => {
    const consul = await start();
    await consul.put('/v1/agent/service/register', { Name: 'postgres', Port: 5432 });
    const state = prepare(consul.url);
    state.findings = [old];
    await state.turn();
    await waitUntil('the catalogue has both', async () => (await consul.passing('postgres')) === 1);
    expect(await consul.passing('holdfast')).toBe(0);
    expect(await consul.passing('postgres')).toBe(1);
  });

  it('become critical by themselves when nothing is pushed any more, and are well again after the next push', async () => {
    const consul = await start();
    const state = prepare(consul.url, { ttl: 5 });
    await state.turn();
    expect(await statuses(consul)).toContain('holdfast=passing');
    await waitUntil('the TTL has ended', async () =>
      (await statuses(consul)).startsWith('holdfast=critical'),
    );
    expect((await consul.checks())['holdfast']?.Output).toContain('TTL expired');
    await state.turn(2000);
    expect(await statuses(consul)).toBe('holdfast=passing holdfast:main=passing holdfast:other=passing');
  });

  it('are pushed three times in their TTL, and outputs stay below 4 KB', async () => {
    const consul = await start();
    const state = prepare(consul.url);
    state.findings = Array.from({ length: 200 }, (_, index) => ({
      ...old,
      subject: `stanza main, gerät ${index}`,
    }));
    await state.turn();
    const output = (await consul.checks())['holdfast']?.Output ?? '';
    expect(Buffer.byteLength(output)).toBeLessThan(4096);
    expect(Buffer.byteLength(output)).toBeGreaterThan(3500);
    expect(output).toMatch(/\nand \d+ more: holdfast status$/);
    await state.turn(4000);
    expect((await consul.checks())['holdfast']?.Output).toContain('as of 2026-11-20T12:00:00.000Z');
    await state.turn(1000);
    expect((await consul.checks())['holdfast']?.Output).toContain('as of 2026-11-20T12:00:05.000Z');
  });

  it('are made again when Consul has lost them, and go when another id is configured', async () => {
    const consul = await start();
    const state = prepare(consul.url);
    await state.turn();
    await consul.put('/v1/agent/service/deregister/holdfast', undefined);
    expect(await statuses(consul)).toBe('');
    await state.turn(5000);
    expect(state.said[0]).toMatch(/^Consul cannot be told how it goes: HTTP (404|500)/);
    await state.turn();
    expect(await statuses(consul)).toBe('holdfast=passing holdfast:main=passing holdfast:other=passing');
    expect(state.said[1]).toBe('Consul is told how it goes again');
    if (state.consul === undefined) throw new Error('it is configured');
    state.consul = { ...state.consul, id: 'second' };
    await state.turn();
    expect(await statuses(consul)).toBe('second=passing second:main=passing second:other=passing');
    state.consul = undefined;
    await state.turn();
    expect(await statuses(consul)).toBe('');
  });

  it('work where the agent has them in its configuration, and say so where it has not', async () => {
    const consul = await start();
    const state = prepare(consul.url, { register: false });
    await state.turn();
    expect(state.said[0]).toMatch(/HTTP (404|500)/);
    const check = (id: string): unknown => ({ CheckID: id, Name: id, TTL: '15s' });
    const Checks = ['holdfast', 'holdfast:main', 'holdfast:other'].map(check);
    await consul.put('/v1/agent/service/register', { ID: 'holdfast', Name: 'backups', Checks });
    await state.turn(5000);
    expect(await statuses(consul)).toBe('holdfast=passing holdfast:main=passing holdfast:other=passing');
  });

  it('need the token where Consul asks for one, and never tell it', async () => {
    const consul = await start('b1c3e9a2-1111-2222-3333-444455556666');
    const state = prepare(consul.url, { token: { kind: 'environment', name: 'T' } });
    state.token = 'wrong-token-of-somebody';
    await state.turn();
    expect(state.said[0]).toMatch(/HTTP 403/);
    expect(state.said.join()).not.toContain('wrong-token');
    state.token = 'b1c3e9a2-1111-2222-3333-444455556666';
    await state.turn(5000);
    expect(await statuses(consul)).toBe('holdfast=passing holdfast:main=passing holdfast:other=passing');
  });
});

describe('the requests to Consul', () => {
  it('are those of its documented contract', async () => {
    const seen: { readonly line: string; readonly token: unknown; readonly body: unknown }[] = [];
    const server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        const text = Buffer.concat(parts).toString('utf8');
        seen.push({
          line: `${request.method} ${request.url}`,
          token: request.headers['x-consul-token'],
          body: text === '' ? undefined : (JSON.parse(text) as unknown),
        });
        response.end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const state = prepare(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, {
      token: { kind: 'environment', name: 'T' },
    });
    state.findings = [{ ...old, severity: 'warning' }];
    await state.turn();
    expect(seen.map(({ line }) => line).toSorted()).toEqual([
      'PUT /v1/agent/check/update/holdfast',
      'PUT /v1/agent/check/update/holdfast%3Amain',
      'PUT /v1/agent/check/update/holdfast%3Aother',
      'PUT /v1/agent/service/register?replace-existing-checks=true',
    ]);
    expect(new Set(seen.map(({ token }) => token))).toEqual(new Set(['secret-token']));
    expect(seen[0]?.body).toMatchObject({
      ID: 'holdfast',
      Name: 'holdfast',
      Checks: [
        { CheckID: 'holdfast', TTL: '15s', Status: 'warning' },
        { Status: 'warning' },
        { Status: 'passing' },
      ],
    });
    expect(seen.find(({ line }) => line.endsWith('update/holdfast'))?.body).toMatchObject({
      Status: 'warning',
    });
  });
});
