import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { observePatroni } from './observe-patroni.ts';

/* What Patroni 3.0 answered on a cluster of three, cut to what is read; the protocol is plain HTTP. */
const answers: Readonly<Record<string, string>> = {
  '/patroni': '{"state": "running", "role": "master", "server_version": 150018, "timeline": 1}',
  '/cluster': '{"members": [{"name": "n1"}, {"name": "n2"}, {"name": "n3"}]}',
};
let server: Server;
let url: string;

beforeAll(async () => {
  server = createServer((request, response) => {
    const answer = answers[request.url ?? ''];
    response.writeHead(answer === undefined ? 404 : 200).end(answer ?? 'nothing');
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await new Promise((resolve) => void server.close(resolve));
});

describe('observePatroni', () => {
  it('tells role and members', async () => {
    const seen = await observePatroni({ url: `${url}/`, caFile: undefined });
    expect(seen).toEqual({ url: `${url}/`, role: 'master', members: 3, problem: undefined });
  });

  it('takes silence and nonsense for an answer', async () => {
    const foreign = await observePatroni({ url: `${url}/other`, caFile: undefined });
    expect(foreign).toMatchObject({ role: undefined, members: 0 });
    const closed = await observePatroni({ url: 'http://127.0.0.1:1', caFile: undefined });
    expect(closed.problem).toContain('ECONNREFUSED');
  });
});
