import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NotifyChannel } from '../../src/config/configuration.ts';
import type { ChannelDeps, DeliveryResult } from '../../src/notify/channel.ts';
import { createChannel } from '../../src/notify/create-channel.ts';
import type { Notification } from '../../src/notify/notification.ts';
import { planNotifications } from '../../src/notify/plan-notifications.ts';
import { makeCertificates, type TestCertificates } from '../support/certificates.ts';
import { startHookServer, type HookServer } from '../support/hook-server.ts';
import { knownFinding, notifyChannel } from '../support/notify-parts.ts';

export const now = Date.UTC(2026, 10, 21, 3);
export const key = `whsec_${Buffer.from('0123456789abcdef0123456789abcdef').toString('base64')}`;
export const token = 'T0KEN-that-nobody-may-see';

export const deps: ChannelDeps = {
  sender: { host: 'db1', version: '1.0.0' },
  now: () => now,
  resolveSecret: async (reference) => (reference.kind === 'literal' ? reference.value : ''),
};
export const literal = (value: string) => ({ kind: 'literal', value }) as const;
export const problemOf = (result: DeliveryResult): string =>
  result.delivered ? 'delivered' : result.problem;

/** A receiver over TLS, and channels that tell it that a finding with awkward signs began. */
export interface NotifyBed extends AsyncDisposable {
  readonly directory: string;
  readonly certificates: TestCertificates;
  readonly server: HookServer;
  /** The receiver has got nothing and answers 200. */
  reset(): void;
  /** Sends the message through a webhook to a URL with secrets in it, or through what is changed of that. */
  deliver(change: Partial<NotifyChannel>, signal?: AbortSignal): Promise<DeliveryResult>;
}

export async function createNotifyBed(prefix: string): Promise<NotifyBed> {
  const directory = mkdtempSync(join(tmpdir(), prefix));
  const certificates = makeCertificates(join(directory, 'tls'));
  const server = await startHookServer(certificates);
  return {
    directory,
    certificates,
    server,
    reset() {
      server.requests.length = 0;
      server.behave = () => ({ status: 200 });
    },
    async deliver(change, signal = AbortSignal.timeout(5000)) {
      const target = literal(`${server.url}/hook/${token}?key=${token}`);
      const channel = createChannel(notifyChannel({ target, ...change }), deps);
      if (channel.type !== 'messages') throw new Error('not a channel of messages');
      return channel.deliver(message(), signal);
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function message(): Notification {
  const [made] = planNotifications({
    channel: notifyChannel(),
    sender: deps.sender,
    known: [knownFinding(now - 3_600_000, { evidence: 'a < b && "c" > d\nänd 日本 🐘' })],
    told: [],
    now,
    newId: () => '0b8f1f6e-0000-4000-8000-000000000001',
  }).messages;
  if (made === undefined) throw new Error('nothing is told');
  return made;
}
