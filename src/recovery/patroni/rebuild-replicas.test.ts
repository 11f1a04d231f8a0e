import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Failure } from '../../model/failure.ts';
import { clusterLimits, type ClusterWork } from './cluster-work.ts';
import { followReplicas } from './follow-replicas.ts';
import { rebuildReplicas } from './rebuild-replicas.ts';

/*
 * A Patroni that plays three members in the words of Patroni 3.0.2. The real one is asked in test/patroni/; here is what
 * depends on moments that it does not give: who is told first, what is asked of a person, what is told again.
 */
interface Played {
  state: string;
  timeline: number;
  tags?: { clonefrom: boolean };
  /** What it answers to an order; what becomes of it follows by itself. */
  answer: readonly [status: number, text: string];
  told: number;
}

let servers: Server[];
let urls: Record<string, string>;
let members: Record<string, Played>;
let asked: string[];
let orders: string[];
let now: number;

const cluster = (): unknown => ({
  members: [
    { name: 'n1', role: 'leader', state: 'running', api_url: `${urls['n1']}/patroni`, timeline: 2 },
    ...Object.entries(members).map(([name, { state, timeline, tags }]) => ({
      name,
      role: 'replica',
      state,
      api_url: `${urls[name]}/patroni`,
      timeline,
      tags,
      lag: 0,
    })),
  ],
});

function play(name: string): Server {
  return createServer((request, response) => {
    const own = members[name];
    const end = (status: number, body: unknown): void =>
      void response.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body));
    if (request.url === '/cluster') end(200, cluster());
    else if (request.method === 'POST' && own !== undefined) {
      orders.push(name);
      own.told += 1;
      const [status, text] = own.answer;
      if (status === 200) own.state = 'creating replica';
      end(status, text);
    } else end(200, { role: 'replica', state: own?.state, timeline: own?.timeline });
  });
}

beforeAll(async () => {
  const names = ['n1', 'n2', 'n3'];
  servers = names.map(play);
  const started = await Promise.all(
    servers.map(async (server) => {
      await new Promise<void>((resolve) => {
        server.listen(0, '127.0.0.1', resolve);
      });
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    }),
  );
  urls = Object.fromEntries(names.map((name, at) => [name, started[at] as string]));
});
afterAll(() => {
  for (const server of servers) server.close();
});
beforeEach(() => {
  const old = (): Played => ({
    state: 'running',
    timeline: 1,
    answer: [200, 'reinitialize started'],
    told: 0,
  });
  members = { n2: old(), n3: old() };
  [asked, orders, now] = [[], [], 0];
});

/** A clock that goes on while it is waited; `passes` sees it. */
function work(passes: (at: number) => void = () => {}): ClusterWork {
  const plan = {
    scope: 'demo',
    name: 'n1',
    version: undefined,
    wasPaused: false,
    others: [],
    configFile: '/etc/patroni.yml',
    backup: true,
  };
  return {
    plan,
    control: { url: urls['n1'] as string, caFile: undefined },
    operation: 'restore stanza main',
    limits: { ...clusterLimits, replicaMs: 100_000, pollMs: 1000 },
    now: () => now,
    sleep: async (milliseconds) => {
      now += milliseconds;
      passes(now);
    },
    signal: undefined,
    say: () => {},
    askPerson: (_, command) => void asked.push(command),
  };
}

const finishes = (name: string) => (at: number) => {
  const member = members[name];
  if (at >= 3000 && member?.state === 'creating replica')
    Object.assign(member, { state: 'running', timeline: 2 });
};

describe('rebuildReplicas', () => {
  it('tells all at once where none is copied from another', async () => {
    expect(await rebuildReplicas(work(), 2, new Set())).toEqual({ n2: 'made anew', n3: 'made anew' });
    expect(orders).toEqual(['n2', 'n3']);
  });

  it('leaves alone who follows by itself', async () => {
    Object.assign(members['n2'] as Played, { timeline: 2 });
    expect(await rebuildReplicas(work(), 2, new Set())).toEqual({
      n2: 'followed by itself',
      n3: 'made anew',
    });
    expect(orders).toEqual(['n3']);
  });

  it('waits for one that others are copied from before it tells them', async () => {
    (members['n3'] as Played).tags = { clonefrom: true };
    let early: readonly string[] = [];
    const watch = (at: number): void => {
      if (at < 3000) early = [...orders];
      finishes('n3')(at);
    };
    await rebuildReplicas(work(watch), 2, new Set());
    expect(early).toEqual(['n3']);
    expect(orders).toEqual(['n3', 'n2']);
  });

  it('asks a person once for who takes no order, and sees when it is done', async () => {
    (members['n2'] as Played).answer = [401, 'not authenticated'];
    const byHand = (at: number): void => {
      if (at >= 5000) (members['n2'] as Played).state = 'creating replica';
    };
    await rebuildReplicas(work(byHand), 2, new Set());
    expect(asked).toEqual(['patronictl -c /etc/patroni.yml reinit demo n2 --force']);
    expect((members['n2'] as Played).told).toBe(1);
  });

  it('tells again who could not yet, but does not press', async () => {
    (members['n2'] as Played).answer = [503, 'restart already in progress'];
    const later = (at: number): void => {
      if (at >= 50_000) (members['n2'] as Played).answer = [200, 'reinitialize started'];
    };
    await rebuildReplicas(work(later), 2, new Set());
    expect((members['n2'] as Played).told).toBe(3);
  });

  it('gives up when nothing happens', async () => {
    (members['n2'] as Played).answer = [503, 'restart already in progress'];
    const failure = await rebuildReplicas(work(), 2, new Set()).catch((error: unknown) => error as Failure);
    expect(failure).toMatchObject({ kind: 'timed-out' });
  });
});

describe('followReplicas', () => {
  it('waits as long as a replica is being made', async () => {
    Object.assign(members['n2'] as Played, { timeline: 2 });
    (members['n3'] as Played).state = 'creating replica';
    const made = (at: number): void => {
      if (at >= 300_000) Object.assign(members['n3'] as Played, { state: 'streaming', timeline: 2 });
    };
    expect(await followReplicas(work(made), 2)).toEqual(['n2', 'n3']);
  });

  it('says what they are instead when nothing goes on any more', async () => {
    Object.assign(members['n2'] as Played, { timeline: 2 });
    const failure = await followReplicas(work(), 2).catch((error: unknown) => error as Failure);
    expect(failure).toMatchObject({
      kind: 'timed-out',
      problem: expect.stringContaining('n3: running on timeline 1'),
    });
  });
});
