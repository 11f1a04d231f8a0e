import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeForWebhook, signBody } from '../../src/notify/channels/webhook.ts';
import { planNotifications } from '../../src/notify/plan-notifications.ts';
import { knownFinding, notifyChannel } from '../support/notify-parts.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/notifications.md'), 'utf8');
const block = (language: string): string =>
  new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(page)?.[1] ?? '';
const now = Date.UTC(2026, 10, 21, 3);

function document(): unknown {
  const [message] = planNotifications({
    channel: notifyChannel(),
    sender: { host: 'db1', version: '1.0.0' },
    known: [knownFinding(now - 45_000)],
    told: [],
    now,
    newId: () => '0b8f1f6e-4c1e-4a8e-9d57-2f6f0c1f7b11',
  }).messages;
  if (message === undefined) throw new Error('nothing is told');
  return JSON.parse(JSON.stringify(describeForWebhook(message)));
}

/** Runs the page's own program. @returns what it raised; empty when it was content */
function verify(change: { body?: string; timestamp?: number; key?: string; seen?: string } = {}): string {
  const [id, key, body] = [
    'message-1',
    `whsec_${Buffer.from('a key of some bytes').toString('base64')}`,
    '{"ä":1}',
  ];
  const timestamp = now / 1000;
  const signature = signBody(key, { id, timestamp, body });
  const input = {
    key: change.key ?? key,
    headers: {
      'webhook-id': id,
      'webhook-timestamp': String(change.timestamp ?? timestamp),
      'webhook-signature': `v1,bm90aGluZw== ${signature}`,
    },
    body: change.body ?? body,
    seen: change.seen ?? '',
    now: timestamp + 10,
  };
  const program = [
    block('python'),
    'import json, sys',
    'given = json.load(sys.stdin)',
    'verify(given["key"], given["headers"], given["body"].encode(), {given["seen"]}, given["now"])',
  ].join('\n');
  const { stderr, status } = spawnSync('python3', ['-c', program], {
    input: JSON.stringify(input),
    encoding: 'utf8',
  });
  return status === 0 ? '' : (stderr.trim().split('\n').at(-1) ?? 'failed');
}

describe('docs/notifications.md', () => {
  it('shows a document as a webhook gets it', () => {
    expect(JSON.parse(block('json'))).toEqual(document());
  });

  it('verifies signatures with its own program, and refuses what is not right', () => {
    expect(verify()).toBe('');
    expect(verify({ body: '{"ä":2}' })).toBe('ValueError: wrong signature');
    expect(verify({ key: 'another' })).toBe('ValueError: wrong signature');
    expect(verify({ timestamp: now / 1000 - 400 })).toBe('ValueError: too old or too new');
    expect(verify({ timestamp: now / 1000 - 200 })).toBe('ValueError: wrong signature');
    expect(verify({ seen: 'message-1' })).toBe('ValueError: seen before');
  });
});
