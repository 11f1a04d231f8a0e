import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { startHttpServer } from '../../src/http/start-http-server.ts';
import { isFailure } from '../../src/model/failure.ts';
import { createHttpParts } from '../support/http-parts.ts';
import { listeningPorts } from '../support/ports.ts';

/** Sends bytes as they are and gives everything that came back until the other side closed. */
async function talk(port: number, text: string, { end = true } = {}): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write(text);
  if (end) socket.end();
  return readAll(socket);
}

async function readAll(socket: Socket): Promise<string> {
  const parts: Buffer[] = [];
  socket.on('data', (part: Buffer) => parts.push(part));
  await new Promise<void>((resolve) => {
    socket.once('close', () => resolve());
    socket.once('error', () => resolve());
  });
  return Buffer.concat(parts).toString();
}

const get = (path: string, headers = ''): string =>
  `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${headers}\r\n`;

describe('the HTTP server', () => {
  it('listens, answers, and ends with every connection', async () => {
    using bed = createHttpParts();
    const server = await startHttpServer(bed.parts);
    const answer = await talk(server.port, get('/live'));
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(answer).toMatch(/\r\ncache-control: no-store\r\n/i);
    expect(answer).not.toMatch(/x-powered-by|\r\nserver:/i);
    const idle = connect(server.port, '127.0.0.1');
    const closed = readAll(idle);
    await delay(20);
    await server[Symbol.asyncDispose]();
    await closed;
    expect(listeningPorts().has(server.port)).toBe(false);
  });

  it('says that a port is taken', async () => {
    using bed = createHttpParts();
    await using first = await startHttpServer(bed.parts);
    const listen = { host: '127.0.0.1', port: first.port };
    const error: unknown = await startHttpServer({ ...bed.parts, listen }).catch((thrown: unknown) => thrown);
    if (!isFailure(error, 'listen-failed')) throw error;
    expect(error.message).toBe(
      `listen for HTTP (127.0.0.1:${first.port}): another process listens there already`,
    );
  });

  it('does not listen beyond this host without a token', async () => {
    using bed = createHttpParts();
    const listen = { host: '0.0.0.0', port: 0 };
    const error: unknown = await startHttpServer({ ...bed.parts, listen }).catch((thrown: unknown) => thrown);
    expect(isFailure(error, 'config-invalid')).toBe(true);
    await using server = await startHttpServer({ ...bed.parts, listen, token: 'sesame' });
    expect(await talk(server.port, get('/health'))).toMatch(/^HTTP\/1\.1 401 /);
    expect(await talk(server.port, get('/health', 'Authorization: Bearer sesame\r\n'))).toMatch(
      /^HTTP\/1\.1 200 /,
    );
    expect(await talk(server.port, get('/ready'))).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('listens on every address for *', async () => {
    using bed = createHttpParts();
    const listen = { host: '*', port: 0 };
    await using server = await startHttpServer({ ...bed.parts, listen, token: 'sesame' });
    expect((await fetch(`http://[::1]:${server.port}/live`)).status).toBe(200);
    expect((await fetch(`http://127.0.0.1:${server.port}/live`)).status).toBe(200);
  });

  it('refuses long headers, bodies and what is no HTTP, without a trace of its inside', async () => {
    using bed = createHttpParts();
    await using server = await startHttpServer(bed.parts);
    const answers = [
      await talk(server.port, get('/live', `X-Long: ${'x'.repeat(9000)}\r\n`)),
      await talk(server.port, get(`/${'x'.repeat(9000)}`)),
      await talk(server.port, get('/live', 'Content-Length: 5\r\n') + 'hello'),
      await talk(server.port, get('/live', 'Transfer-Encoding: chunked\r\n') + '0\r\n\r\n'),
      await talk(server.port, 'hello\r\n\r\n'),
      await talk(server.port, get('//evil.example/%00%ff')),
      await talk(server.port, 'GET /live HTTP/1.1\r\n\r\n'),
    ];
    const codes = answers.map((answer) => Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]));
    expect(codes).toEqual([431, 431, 413, 413, 400, 404, 400]);
    for (const answer of answers) expect(answer).not.toMatch(/node:|\.ts|at \w+ \(/);
    expect(bed.bugs).toEqual([]);
    expect(await talk(server.port, get('/live'))).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('ends a connection that sends its headers slowly or never, while it answers others', async () => {
    using bed = createHttpParts();
    await using server = await startHttpServer(bed.parts);
    const started = performance.now();
    const slow = Array.from({ length: 20 }, () =>
      talk(server.port, 'GET /live HTTP/1.1\r\nHost: localhost\r\n', { end: false }),
    );
    await delay(50);
    expect(await talk(server.port, get('/live'))).toMatch(/^HTTP\/1\.1 200 /);
    for (const answer of await Promise.all(slow)) expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    expect(performance.now() - started).toBeLessThan(40_000);
  });

  it('has no more connections at once than it can bear', async () => {
    using bed = createHttpParts();
    await using server = await startHttpServer(bed.parts);
    const sockets = Array.from({ length: 80 }, () => connect(server.port, '127.0.0.1'));
    const closed = sockets.map((socket) => readAll(socket));
    const first = await Promise.race(closed);
    expect(first).toBe('');
    for (const socket of sockets) socket.destroy();
    await Promise.all(closed);
    expect(await talk(server.port, get('/live'))).toMatch(/^HTTP\/1\.1 200 /);
  });
});
