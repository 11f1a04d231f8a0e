import { createHmac } from 'node:crypto';
import type { CreateChannel } from '../channel.ts';
import type { Notification, NotifiedFinding } from '../notification.ts';
import { sendHttp } from '../send-http.ts';
import { instant } from '../../model/instant.ts';

/** Of each list at most so many findings are in a document; `counts` has all of them. */
const mostFindings = 100;

/**
 * A webhook of the user: JSON, signed as Standard Webhooks has it (github.com/standard-webhooks/standard-webhooks,
 * spec/standard-webhooks.md), so that libraries of many languages verify it. The contract is docs/notifications.md.
 */
export const createWebhook: CreateChannel = (channel, { resolveSecret, now }) => ({
  type: 'messages',
  async deliver(message, signal) {
    const url = await resolveSecret(channel.target);
    const key = channel.signingSecret && (await resolveSecret(channel.signingSecret));
    const body = JSON.stringify(describeForWebhook(message));
    const timestamp = Math.floor(now() / 1000);
    const signature =
      key === undefined ? {} : { 'webhook-signature': signBody(key, { id: message.id, timestamp, body }) };
    return sendHttp({
      url,
      headers: {
        'Content-Type': 'application/json',
        'webhook-id': message.id,
        'webhook-timestamp': String(timestamp),
        ...signature,
      },
      body,
      caFile: channel.caFile,
      proxy: channel.proxy && (await resolveSecret(channel.proxy)),
      secrets: key === undefined ? [] : [key],
      signal,
      now: now(),
    });
  },
});

/**
 * The value of `webhook-signature`: HMAC-SHA256 over `ID.TIMESTAMP.BODY`.
 *
 * @param key bytes in base64 after `whsec_`, or any other text, whose bytes are taken as they are
 */
export function signBody(
  key: string,
  signed: { readonly id: string; readonly timestamp: number; readonly body: string },
): string {
  const bytes = key.startsWith('whsec_')
    ? Buffer.from(key.slice('whsec_'.length), 'base64')
    : Buffer.from(key, 'utf8');
  const { id, timestamp, body } = signed;
  return `v1,${createHmac('sha256', bytes).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
}

/** The document of a message; the same bytes at every attempt. */
export function describeForWebhook(message: Notification): Record<string, unknown> {
  const { id, kind, sender, channel, createdAt, group, thread, status, severity, summary, open } = message;
  const lists = {
    began: message.began,
    changed: message.changed,
    repeated: message.repeated,
    ended: message.ended,
    missed: message.missed,
  };
  const entries = Object.entries(lists);
  return {
    version: 1,
    id,
    kind,
    holdfast: { host: sender.host, version: sender.version },
    channel,
    createdAt: instant(createdAt),
    group,
    thread,
    status,
    severity,
    summary,
    counts: { ...Object.fromEntries(entries.map(([name, list]) => [name, list.length])), open },
    ...Object.fromEntries(
      entries.map(([name, list]) => [name, list.slice(0, mostFindings).map(describeFinding)]),
    ),
  };
}

function describeFinding(finding: NotifiedFinding): Record<string, unknown> {
  const { since, endedAt, ...rest } = finding;
  return {
    ...rest,
    since: instant(since),
    ...(endedAt === undefined ? {} : { endedAt: instant(endedAt) }),
  };
}
