import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NotifyChannel } from '../../src/config/configuration.ts';
import type { DeliveryResult } from '../../src/notify/channel.ts';
import { createChannel } from '../../src/notify/create-channel.ts';
import type { Notification } from '../../src/notify/notification.ts';
import { planNotifications } from '../../src/notify/plan-notifications.ts';
import { makeCertificates, type TestCertificates } from '../support/certificates.ts';
import { knownFinding, notifyChannel } from '../support/notify-parts.ts';

const now = Date.UTC(2026, 10, 21, 3);
const password = 'pa ss/wörd';
const sender = { host: 'db1.example.com', version: '1.0.0' };
const directory = mkdtempSync(join(tmpdir(), 'hf-g-email-'));
let certificates: TestCertificates;

beforeAll(() => {
  certificates = makeCertificates(join(directory, 'tls'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

interface Mail {
  readonly from: string;
  readonly to: readonly string[];
  readonly user: string;
  readonly secure: boolean;
  readonly text: string;
}

/** A real SMTP server with STARTTLS and login. */
async function startMailServer(change: SMTPServerOptions = {}) {
  const mails: Mail[] = [];
  const server = new SMTPServer({
    key: certificates.key,
    cert: certificates.certificate,
    authMethods: ['PLAIN', 'LOGIN'],
    disableReverseLookup: true,
    onAuth({ username, password: given }, _session, done) {
      if (username === 'holdfast' && given === password) done(null, { user: username });
      else done(new Error(`wrong password ${given}`));
    },
    onData(stream, { envelope, user, secure }, done) {
      const pieces: Buffer[] = [];
      stream.on('data', (piece: Buffer) => pieces.push(piece));
      stream.on('end', () => {
        const from = envelope.mailFrom === false ? '' : envelope.mailFrom.address;
        const to = envelope.rcptTo.map(({ address }) => address);
        const text = Buffer.concat(pieces).toString('utf8');
        mails.push({ from, to, user: String(user), secure, text });
        done(null, 'queued as 4711');
      });
    },
    ...change,
  });
  server.on('error', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.server.address() as AddressInfo;
  return {
    mails,
    port,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

const login = `holdfast:${encodeURIComponent(password)}`;

async function deliver(
  smtp: string,
  {
    message = began(),
    signal = AbortSignal.timeout(8000),
    startTls = 'required',
    ...change
  }: {
    message?: Notification;
    signal?: AbortSignal;
    startTls?: 'required' | 'never';
  } & Partial<NotifyChannel> = {},
): Promise<DeliveryResult> {
  const channel = createChannel(
    notifyChannel({
      kind: 'email',
      target: { kind: 'literal', value: 'dba@example.com' },
      caFile: certificates.caFile,
      mail: {
        smtp: { kind: 'literal', value: smtp },
        from: 'Holdfast <holdfast@example.com>',
        to: ['second@example.com'],
        startTls,
      },
      ...change,
    }),
    {
      sender,
      now: () => now,
      resolveSecret: async (reference) => (reference.kind === 'literal' ? reference.value : ''),
    },
  );
  if (channel.type !== 'messages') throw new Error('not a channel of messages');
  return channel.deliver(message, signal);
}

function began(change: Partial<Notification> = {}): Notification {
  const [made] = planNotifications({
    channel: notifyChannel(),
    sender,
    known: [knownFinding(now - 3_600_000, { evidence: 'a <b> & "c"\nBcc: evil@example.com' })],
    told: [],
    now,
    newId: () => 'message-1',
  }).messages;
  if (made === undefined) throw new Error('nothing is told');
  return { ...made, ...change };
}
const problemOf = (result: DeliveryResult): string => (result.delivered ? 'delivered' : result.problem);

describe('mail', () => {
  it('goes to all addresses, encrypted and logged in, as text and HTML, with a stable Message-ID', async () => {
    await using server = await startMailServer();
    const result = await deliver(`smtp://${login}@localhost:${server.port}`);
    expect(result).toEqual({ delivered: true, answer: '250 queued as 4711' });
    const [mail] = server.mails;
    expect(mail).toMatchObject({
      from: 'holdfast@example.com',
      to: ['dba@example.com', 'second@example.com'],
      user: 'holdfast',
      secure: true,
    });
    const head = mail?.text.split('\r\n\r\n')[0] ?? '';
    expect(head).toContain('Message-ID: <message-1@db1.example.com>');
    expect(head).toContain('Auto-Submitted: auto-generated');
    expect(head).toMatch(/^Subject: \[holdfast\] critical: stanza main, repository offsite: no WAL/m);
    expect(head).not.toMatch(/^(Bcc|References):/m);
    expect(mail?.text).toMatch(/Content-Type: text\/plain[\s\S]*Content-Type: text\/html/);
    expect(mail?.text).toContain('&lt;b&gt;');
  });

  it('of one trouble is one thread', async () => {
    await using server = await startMailServer();
    const next = began({ id: 'message-2', thread: 'message-1' });
    await deliver(`smtp://${login}@localhost:${server.port}`, { message: next });
    const text = server.mails[0]?.text ?? '';
    expect(text).toContain('Message-ID: <message-2@db1.example.com>');
    expect(text).toContain('In-Reply-To: <message-1@db1.example.com>');
    expect(text).toContain('References: <message-1@db1.example.com>');
  });

  it('goes over a connection that is TLS from the beginning', async () => {
    await using server = await startMailServer({ secure: true });
    expect(problemOf(await deliver(`smtps://${login}@localhost:${server.port}`))).toBe('delivered');
    expect(server.mails[0]?.secure).toBe(true);
  });

  it('is not sent in the open, unless the configuration says so and there is no password', async () => {
    await using server = await startMailServer({
      hideSTARTTLS: true,
      disabledCommands: ['STARTTLS', 'AUTH'],
      authOptional: true,
    });
    const open = `smtp://localhost:${server.port}`;
    expect(problemOf(await deliver(open))).toBe(
      'the mail server does not encrypt (STARTTLS): 500 Error: command not recognized',
    );
    expect(problemOf(await deliver(`smtp://${login}@localhost:${server.port}`, { startTls: 'never' }))).toBe(
      'startTls is never, and a password is not sent without encryption',
    );
    expect(server.mails).toEqual([]);
    expect(problemOf(await deliver(open, { startTls: 'never' }))).toBe('delivered');
  });

  it('is not given to a server that cannot prove who it is', async () => {
    await using server = await startMailServer();
    const other = makeCertificates(join(directory, 'other'));
    const result = await deliver(`smtp://${login}@localhost:${server.port}`, { caFile: other.caFile });
    expect(problemOf(result)).toMatch(/^its certificate is not trusted/);
    expect(server.mails).toEqual([]);
  });

  it('says why it was refused, without the password', async () => {
    await using server = await startMailServer({
      onRcptTo: ({ address }, _session, done) => {
        done(Object.assign(new Error(`no such user ${address}`), { responseCode: 550 }));
      },
    });
    const wrong = await deliver(`smtp://holdfast:hunter2@localhost:${server.port}`);
    expect(problemOf(wrong)).toBe('login refused (535)');
    const refused = await deliver(`smtp://${login}@localhost:${server.port}`);
    expect(problemOf(refused)).toMatch(/^550 no such user/);
  });

  it('does not hold us longer than its deadline, nor when nobody is there', async () => {
    const sockets = new Set<Socket>();
    const silent = createServer((socket) => {
      sockets.add(socket);
      socket.resume();
      socket.on('close', () => sockets.delete(socket));
    });
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    const began_ = performance.now();
    const result = await deliver(`smtp://localhost:${port}`, { signal: AbortSignal.timeout(600) });
    expect(performance.now() - began_).toBeLessThan(15_000);
    expect(problemOf(result)).toBe('no answer within 20 s');
    await new Promise((resolve) => silent.close(resolve));
    expect(problemOf(await deliver(`smtp://localhost:${port}`))).toBe('the connection was refused');
    expect(problemOf(await deliver('http://localhost/'))).toMatch(/^smtp is no URL/);
  });
});
