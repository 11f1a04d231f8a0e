import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { knownFinding, notifyChannel } from '../../../test/support/notify-parts.ts';
import { planNotifications } from '../plan-notifications.ts';
import { composeMail } from '../compose-mail.ts';
import { describeForPagerDuty } from './pagerduty.ts';
import { describeForSlack, escapeForSlack } from './slack.ts';
import { describeForWebhook } from './webhook.ts';

const now = Date.UTC(2026, 10, 21, 3);

/** A message about so many findings of one stanza whose words are the given ones. */
function message(count: number, words: string) {
  const known = Array.from({ length: count }, (_, index) =>
    knownFinding(now - 60_000, { rule: `rule-${index}`, problem: words, evidence: words, remedy: words }),
  );
  const [made] = planNotifications({
    channel: notifyChannel(),
    sender: { host: 'db1', version: '1' },
    known,
    told: [],
    now,
    newId: () => 'id',
  }).messages;
  if (made === undefined) throw new Error('nothing is told');
  return made;
}

interface Block {
  readonly type: string;
  readonly text?: { readonly type: string; readonly text: string };
}

describe('messages of any size and with any signs', () => {
  it('stay within the limits of Slack and PagerDuty', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 300 }),
        fc.string({ unit: 'grapheme', maxLength: 40 }),
        fc.integer({ min: 1, max: 200 }),
        (count, words, times) => {
          const made = message(count, `x${words.repeat(times)}`);
          const { text, blocks } = describeForSlack(made) as { text: string; blocks: Block[] };
          expect(text.length).toBeLessThanOrEqual(3000);
          expect(blocks.length).toBeLessThanOrEqual(50);
          for (const block of blocks) {
            const length = block.text?.text.length ?? 1;
            expect(length).toBeGreaterThan(0);
            expect(length).toBeLessThanOrEqual(block.type === 'header' ? 150 : 3000);
            expect(block.text?.text.isWellFormed() ?? true).toBe(true);
            if (block.text?.type === 'mrkdwn')
              expect(block.text.text.replaceAll(/&(amp|lt|gt);|^> /gm, '')).not.toMatch(/[&<]/);
          }
          const event = JSON.stringify(describeForPagerDuty(made, 'key'));
          expect(Buffer.byteLength(event)).toBeLessThan(512 * 1024);
          const document = describeForWebhook(made) as { began: unknown[]; counts: { began: number } };
          expect([document.began.length, document.counts.began]).toEqual([Math.min(count, 100), count]);
          expect(composeMail(made).subject.length).toBeLessThanOrEqual(180);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('are escaped so that Slack reads none of them as its own', () => {
    expect(escapeForSlack('<!channel> & <https://x|y>')).toBe('&lt;!channel&gt; &amp; &lt;https://x|y&gt;');
  });

  it('say how many more there are', () => {
    const text = JSON.stringify(describeForSlack(message(200, 'x')));
    expect(text).toContain('and 180 more');
    expect(composeMail(message(200, 'x')).text).toContain('and 150 more');
  });
});
