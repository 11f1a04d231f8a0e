import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { makeCertificates, type TestCertificates } from '../support/certificates.ts';
import { startHookServer, type HookServer } from '../support/hook-server.ts';
import { waitUntil } from '../support/wait-until.ts';
import { createNotifyBed, key, literal, now, problemOf, token, type NotifyBed } from './notify-bed.ts';

let bed: NotifyBed;
let server: HookServer;
let certificates: TestCertificates;
beforeAll(async () => {
  bed = await createNotifyBed('hf-g-http-');
  ({ server, certificates } = bed);
});
beforeEach(() => bed.reset());
afterAll(() => bed[Symbol.asyncDispose]());

const deliver: NotifyBed['deliver'] = (change, signal) => bed.deliver(change, signal);

describe('a webhook over TLS', () => {
  it('gets the documented JSON with a signature that openssl agrees with', async () => {
    const result = await deliver({ caFile: certificates.caFile, signingSecret: literal(key) });
    expect(result).toEqual({ delivered: true, answer: 'HTTP 200' });
    const [request] = server.requests;
    expect(request?.method).toBe('POST');
    expect(request?.headers['content-type']).toBe('application/json');
    const id = String(request?.headers['webhook-id']);
    const timestamp = String(request?.headers['webhook-timestamp']);
    expect(timestamp).toBe(String(now / 1000));
    const signed = join(bed.directory, 'signed');
    writeFileSync(signed, `${id}.${timestamp}.${request?.body}`);
    const hex = Buffer.from(key.slice(6), 'base64').toString('hex');
    const mac = execFileSync('openssl', [
      'dgst',
      '-sha256',
      '-mac',
      'HMAC',
      '-macopt',
      `hexkey:${hex}`,
      '-binary',
      signed,
    ]);
    expect(request?.headers['webhook-signature']).toBe(`v1,${mac.toString('base64')}`);
    expect(JSON.parse(request?.body ?? '')).toEqual({
      version: 1,
      id,
      kind: 'findings',
      holdfast: { host: 'db1', version: '1.0.0' },
      channel: 'ops',
      createdAt: '2026-11-21T03:00:00.000Z',
      group: 'stanza main',
      thread: id,
      status: 'firing',
      severity: 'critical',
      summary: 'critical: stanza main, repository offsite: no WAL arrives',
      counts: { began: 1, changed: 0, repeated: 0, ended: 0, missed: 0, open: 1 },
      began: [
        {
          fingerprint: expect.stringMatching(/^[\da-f]{16}$/) as string,
          rule: 'archive-not-arriving',
          severity: 'critical',
          subject: 'stanza main, repository offsite',
          stanza: 'main',
          repository: 'offsite',
          problem: 'no WAL arrives',
          evidence: 'a < b && "c" > d\nänd 日本 🐘',
          remedy: 'Run holdfast check.',
          since: '2026-11-21T02:00:00.000Z',
        },
      ],
      changed: [],
      repeated: [],
      ended: [],
      missed: [],
    });
  });

  it('has no signature without a key, and other bytes of the same text with another', async () => {
    await deliver({ caFile: certificates.caFile });
    expect(server.requests[0]?.headers['webhook-signature']).toBeUndefined();
    await deliver({ caFile: certificates.caFile, signingSecret: literal('plain words') });
    await deliver({ caFile: certificates.caFile, signingSecret: literal('other words') });
    const [, one, two] = server.requests.map(({ headers }) => headers['webhook-signature']);
    expect(one).not.toBe(two);
    expect(server.requests[1]?.body).toBe(server.requests[2]?.body);
  });

  it('is not believed without its authority, nor under another name', async () => {
    expect(problemOf(await deliver({}))).toMatch(/^its certificate is not trusted/);
    const other = makeCertificates(join(bed.directory, 'other'), 'elsewhere.example');
    await using wrong = await startHookServer(other);
    const result = await deliver({ caFile: other.caFile, target: literal(wrong.url) });
    expect(problemOf(result)).toBe('its certificate is not trusted (ERR_TLS_CERT_ALTNAME_INVALID)');
    expect(problemOf(await deliver({ caFile: '/nowhere/ca.crt' }))).toBe('caFile is not there');
    expect(server.requests).toEqual([]);
  });

  it.each([
    [{ status: 500 }, 'HTTP 500', false, undefined],
    [{ status: 429, headers: { 'Retry-After': '120' } }, 'HTTP 429', false, 120_000],
    [
      { status: 503, headers: { 'Retry-After': 'Sat, 21 Nov 2026 03:10:00 GMT' } },
      'HTTP 503',
      false,
      600_000,
    ],
    [
      { status: 302, headers: { Location: `https://evil.example/${token}` } },
      'HTTP 302: it redirects, which is not followed',
      false,
      undefined,
    ],
    [{ status: 400, body: 'invalid_payload\n' }, 'HTTP 400: invalid_payload', true, undefined],
    [{ status: 404, body: 'no_service' }, 'HTTP 404: no_service', false, undefined],
  ] as const)('answers %j', async (behaviour, problem, permanent, retryAfterMs) => {
    server.behave = () => behaviour;
    const result = await deliver({ caFile: certificates.caFile });
    expect(result).toEqual({ delivered: false, problem, permanent, retryAfterMs });
  });

  it('may say what it likes: no secret comes back in what we tell', async () => {
    server.behave = ({ url, headers }) => ({
      status: 403,
      body: `no: ${url} ${token} ${encodeURIComponent(token)} ${headers.host} ${key}`,
    });
    const problem = problemOf(await deliver({ caFile: certificates.caFile, signingSecret: literal(key) }));
    expect(problem).toMatch(/^HTTP 403: no: /);
    expect(problem).not.toContain(token);
    expect(problem).not.toContain(key);
  });

  it.each(['hang', 'drip'] as const)('does not hold us longer than its deadline: %s', async (behaviour) => {
    server.behave = () => behaviour;
    const began = performance.now();
    const result = await deliver({ caFile: certificates.caFile }, AbortSignal.timeout(700));
    expect(performance.now() - began).toBeLessThan(15_000);
    expect(problemOf(result)).toBe('no answer within 20 s');
    await waitUntil('the connection is closed', () => server.connections === 0);
  });

  it('may cut the connection, or be nowhere', async () => {
    server.behave = () => 'cut';
    expect(problemOf(await deliver({ caFile: certificates.caFile }))).toBe('the connection was cut');
    const nobody = await startHookServer();
    await nobody[Symbol.asyncDispose]();
    expect(problemOf(await deliver({ target: literal(nobody.url) }))).toBe('the connection was refused');
    const nowhere = { target: literal('https://no-such-host.invalid/') };
    expect(problemOf(await deliver(nowhere, AbortSignal.timeout(60_000)))).toMatch(
      /^the name of the host (is not known|cannot be looked up now)$/,
    );
    expect(problemOf(await deliver({ target: literal('ftp://host/') }))).toBe(
      'the URL is none of http or https',
    );
  });

  it('may take the connection and never speak TLS', async () => {
    const open = new Set<Socket>();
    const silent = createServer((socket) => {
      open.add(socket);
      socket.resume();
      socket.on('close', () => open.delete(socket));
    });
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    const result = await deliver({ target: literal(`https://localhost:${port}/`) }, AbortSignal.timeout(500));
    expect(problemOf(result)).toBe('no answer within 20 s');
    await waitUntil('the connection is closed', () => open.size === 0, { timeoutMs: 15_000 });
    silent.close();
  });

  it('is reached through a proxy when there is one, which is left when it is done', async () => {
    const asked: string[] = [];
    const open = new Set<Socket>();
    const proxy = createServer((client) => {
      open.add(client);
      client.on('close', () => open.delete(client));
      client.once('data', (head) => {
        asked.push(head.toString('latin1').split('\r\n')[0] ?? '');
        const upstream = connect(server.port, '127.0.0.1', () => {
          client.write('HTTP/1.1 200 Connection established\r\n\r\n');
          client.pipe(upstream).pipe(client);
        });
        upstream.on('error', () => client.destroy());
        // Who does not read does not see an end: this closes nothing by itself.
        upstream.on('close', () => client.resume());
        client.on('error', () => upstream.destroy());
      });
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const { port } = proxy.address() as AddressInfo;
    const result = await deliver({
      caFile: certificates.caFile,
      proxy: literal(`http://127.0.0.1:${port}`),
    });
    expect(result.delivered).toBe(true);
    expect(asked).toEqual([`CONNECT localhost:${server.port} HTTP/1.1`]);
    await waitUntil('the tunnel is closed', () => open.size === 0, { timeoutMs: 15_000 });
    proxy.close();
  });
});
