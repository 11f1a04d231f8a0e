import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Failure } from '../model/failure.ts';
import { readPatroniHistory, readPatroniMembers, readPatroniNode } from './patroni.ts';

/*
 * Answers of Patroni 3.0.2 (Debian 12), recorded from the cluster that test/patroni/ starts, at the calls it makes; only
 * the ports were made round. That suite asks the real one.
 */
const leader =
  '{"state":"running","postmaster_start_time":"2026-11-20 22:56:35.660089+00:00","role":"master","server_version":150018,"xlog":{"location":10485760},"timeline":1,"dcs_last_seen":1795215399,"database_system_identifier":"7710391409529276058","patroni":{"version":"3.0.2","scope":"demo"}}';
const replica =
  '{"state":"running","postmaster_start_time":"2026-11-20 22:56:37.242728+00:00","role":"replica","server_version":150018,"xlog":{"received_location":10485760,"replayed_location":10485760,"replayed_timestamp":null,"paused":false},"timeline":1,"dcs_last_seen":1795215400,"database_system_identifier":"7710391409529276058","patroni":{"version":"3.0.2","scope":"demo"}}';
const stopped =
  '{"state":"stopped","role":"master","cluster_unlocked":true,"dcs_last_seen":1795215405,"database_system_identifier":"7710391409529276058","patroni":{"version":"3.0.2","scope":"demo"},"pause":true}';
const cluster =
  '{"members":[{"name":"n1","role":"leader","state":"running","api_url":"http://127.0.0.1:8008/patroni","host":"127.0.0.1","port":5432,"timeline":1},{"name":"n2","role":"replica","state":"running","api_url":"http://127.0.0.1:8009/patroni","host":"127.0.0.1","port":5433,"timeline":1,"lag":0}]}';
const configuration =
  '{"ttl":20,"loop_wait":2,"retry_timeout":5,"postgresql":{"use_slots":true,"parameters":{"max_connections":20}}}';

let server: Server;
let url: string;
let answers: Record<string, readonly [status: number, body: string]>;

beforeAll(async () => {
  server = createServer((request, response) => {
    const answer = answers[request.url ?? ''];
    // Like a Patroni that hangs.
    if (answer === undefined) return;
    response.writeHead(answer[0], { 'content-type': 'application/json' }).end(answer[1]);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const access = (): { url: string; caFile: undefined } => ({ url, caFile: undefined });

async function failureOf(action: Promise<unknown>): Promise<Failure> {
  return action.then(
    () => {
      throw new Error('it did not fail');
    },
    (error: unknown) => error as Failure,
  );
}

describe('readPatroniNode', () => {
  it.each([
    ['the leader', 200, leader, { role: 'master', state: 'running', isLeader: true }],
    ['a replica', 503, replica, { role: 'replica', state: 'running', isLeader: false }],
    ['one whose server is down', 503, stopped, { role: 'master', state: 'stopped', isLeader: false }],
  ])('reads the part of %s', async (_, status, body, node) => {
    answers = { '/primary': [status, body] };
    expect(await readPatroniNode(access())).toEqual(node);
  });

  it.each(['null', '1', '[]', '"text"', configuration, '<html>', ''])('refuses %s', async (body) => {
    answers = { '/primary': [200, body] };
    const failure = await failureOf(readPatroniNode(access()));
    expect(failure.kind).toBe('server-unreachable');
    expect(failure.place).toBe(url);
  });

  it('names one that is not there, one that hangs, and an authority that cannot be read', async () => {
    answers = {};
    const closed = await failureOf(readPatroniNode({ url: 'http://127.0.0.1:1', caFile: undefined }));
    expect(closed.problem).toContain('ECONNREFUSED');
    expect((await failureOf(readPatroniNode(access()))).problem).toBe('no answer within 2000 ms');
    const unread = await failureOf(
      readPatroniNode({ url: 'https://127.0.0.1:1', caFile: '/nowhere/ca.crt' }),
    );
    expect(unread.problem).toMatch(/ENOENT.*\/nowhere\/ca\.crt/);
    expect((await failureOf(readPatroniNode(access(), AbortSignal.abort()))).kind).toBe('interrupted');
  });
});

describe('readPatroniMembers', () => {
  it('reads who is there', async () => {
    answers = { '/cluster': [200, cluster] };
    expect(await readPatroniMembers(access())).toEqual([
      { name: 'n1', role: 'leader', state: 'running', host: '127.0.0.1', port: 5432 },
      { name: 'n2', role: 'replica', state: 'running', host: '127.0.0.1', port: 5433 },
    ]);
  });

  it('refuses what Patroni would not answer', async () => {
    answers = { '/cluster': [200, configuration] };
    expect((await failureOf(readPatroniMembers(access()))).problem).toMatch(/not one of Patroni/);
  });
});

describe('readPatroniHistory', () => {
  // In the form of https://patroni.readthedocs.io/en/latest/rest_api.html, "History endpoint".
  it('reads where each timeline was left, and nothing behind what cannot be read', async () => {
    answers = {
      '/history': [
        200,
        '[[1,25623960,"no recovery target specified","2019-09-23T16:57:57+02:00"],[2,25624344,"x","2019-09-24T09:22:33+02:00","n2"],[3,9.5]]',
      ],
    };
    expect(await readPatroniHistory(access())).toEqual([
      { timeline: 1, switchLsn: 25_623_960n, reason: 'no recovery target specified' },
      { timeline: 2, switchLsn: 25_624_344n, reason: 'x' },
    ]);
  });

  it('is empty before the first failover, and refuses what is no list', async () => {
    answers = { '/history': [200, '[]'] };
    expect(await readPatroniHistory(access())).toEqual([]);
    answers = { '/history': [200, '{}'] };
    expect(await failureOf(readPatroniHistory(access()))).toMatchObject({ kind: 'server-unreachable' });
  });
});
