import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { knownFinding, notifyChannel } from '../../test/support/notify-parts.ts';
import type { NotifyChannel } from '../config/configuration.ts';
import { identifyFinding, type KnownFinding } from '../model/finding.ts';
import type { Notification } from './notification.ts';
import { planNotifications } from './plan-notifications.ts';
import { changeOf, readToldFinding, type ToldFinding } from './told-finding.ts';

const start = Date.UTC(2026, 10, 21, 3);
const [second, minute, hour] = [1000, 60_000, 3_600_000];
const sender = { host: 'db1', version: '1.0.0' };

/** A channel that gets everything at once, and remembers what it was told. */
function createReceiver(change: Partial<NotifyChannel> = {}) {
  const channel = notifyChannel(change);
  let told = new Map<string, ToldFinding>();
  let ids = 0;
  return {
    told: () => [...told.keys()],
    /** What it gets at a moment. */
    at(now: number, known: readonly KnownFinding[], missedSince?: number): Notification[] {
      const plan = planNotifications({
        channel,
        sender,
        known,
        told: [...told.values()],
        missedSince,
        now,
        newId: () => `m${(ids += 1)}`,
      });
      told = new Map(told);
      for (const identity of plan.over) told.delete(identity);
      for (const message of plan.messages) {
        const { told: entries, over } = changeOf(message, now);
        for (const entry of entries) told.set(entry.identity, readToldFinding(entry));
        for (const identity of over) told.delete(identity);
      }
      return [...plan.messages];
    },
    nextAt: (now: number, known: readonly KnownFinding[]) =>
      planNotifications({ channel, sender, known, told: [...told.values()], now, newId: () => 'x' }).nextAt,
  };
}

const shape = ({ began, changed, repeated, ended, missed, open, status }: Notification) =>
  `${status} +${began.length} ~${changed.length} =${repeated.length} -${ended.length} ?${missed.length} of ${open}`;
const shapes = (messages: readonly Notification[]): string[] => messages.map(shape);
const warning = (change: Partial<KnownFinding> = {}): KnownFinding =>
  knownFinding(start, { severity: 'warning', rule: 'backup-too-old', ...change });

describe('what a channel is told', () => {
  it('is told once that a finding began, after a short wait, and once that it ended', () => {
    const ops = createReceiver();
    const finding = knownFinding(start);
    expect(ops.at(start, [finding])).toEqual([]);
    expect(ops.nextAt(start, [finding])).toBe(start + 30 * second);
    expect(shapes(ops.at(start + 30 * second, [finding]))).toEqual(['firing +1 ~0 =0 -0 ?0 of 1']);
    expect(ops.at(start + hour, [finding])).toEqual([]);
    const ended = { ...finding, endedAt: start + hour };
    expect(ops.at(start + hour, [ended])).toEqual([]);
    expect(shapes(ops.at(start + hour + 30 * second, [ended]))).toEqual(['resolved +0 ~0 =0 -1 ?0 of 0']);
    expect(ops.at(start + 2 * hour, [ended])).toEqual([]);
    expect(ops.told()).toEqual([]);
  });

  it('is told nothing of what is over before it was told, nor of what came back before its end was', () => {
    const ops = createReceiver();
    const finding = knownFinding(start);
    expect(ops.at(start + hour, [{ ...finding, endedAt: start + 20 * second }])).toEqual([]);
    expect(ops.at(start + hour, [finding])).toHaveLength(1);
    const ended = { ...finding, endedAt: start + 2 * hour };
    const back = knownFinding(start + 2 * hour + 10 * second);
    expect(ops.at(start + 2 * hour + 5 * second, [ended])).toEqual([]);
    expect(ops.at(start + 3 * hour, [back, ended])).toEqual([]);
  });

  it('is told of what begins within the wait in one message a stanza, the worst first', () => {
    const ops = createReceiver();
    const known = [
      warning(),
      knownFinding(start + 20 * second),
      knownFinding(start, { stanza: 'other', subject: 'stanza other' }),
      knownFinding(start, { rule: 'daemon-not-ready', stanza: undefined, subject: 'daemon' }),
    ];
    const messages = ops.at(start + 30 * second, known);
    expect(messages.map(({ group }) => group).toSorted()).toEqual([
      'Holdfast',
      'stanza main',
      'stanza other',
    ]);
    const main = messages.find(({ group }) => group === 'stanza main');
    expect(main?.began.map(({ severity }) => severity)).toEqual(['critical', 'warning']);
    expect(main?.summary).toBe('critical: stanza main: 2 new; 2 in all');
  });

  it('is told of a storm in one message, and of its end in one', () => {
    const ops = createReceiver();
    const storm = Array.from({ length: 200 }, (_, index) =>
      knownFinding(start, { stanza: `s${index}`, subject: `stanza s${index}` }),
    );
    const [message, ...more] = ops.at(start + 30 * second, storm);
    expect(more).toEqual([]);
    expect(message).toMatchObject({ group: 'several stanzas', open: 200 });
    expect(message?.summary).toBe('critical: several stanzas: 200 new; 200 in all');
    const half = storm.map((one, index) => (index < 100 ? { ...one, endedAt: start + hour } : one));
    expect(shapes(ops.at(start + 2 * hour, half))).toEqual(['firing +0 ~0 =0 -100 ?0 of 100']);
    const none = storm.map((one) => ({ ...one, endedAt: start + 3 * hour }));
    expect(shapes(ops.at(start + 4 * hour, none))).toEqual(['resolved +0 ~0 =0 -100 ?0 of 0']);
  });

  it('is told again what is still there, all of a group together, and by severity', () => {
    const ops = createReceiver();
    const known = [knownFinding(start), warning()];
    ops.at(start + minute, known);
    expect(ops.at(start + minute + 4 * hour - 1, known)).toEqual([]);
    expect(shapes(ops.at(start + minute + 4 * hour, known))).toEqual(['firing +0 ~0 =1 -0 ?0 of 2']);
    for (const round of [2, 3, 4, 5]) ops.at(start + minute + round * 4 * hour, known);
    expect(shapes(ops.at(start + minute + 24 * hour, known))).toEqual(['firing +0 ~0 =2 -0 ?0 of 2']);
    const never = createReceiver({ repeat: { critical: undefined, warning: undefined } });
    never.at(start + minute, known);
    expect(never.at(start + 1000 * hour, known)).toEqual([]);
  });

  it('is told at once that it got worse, and later that it got better', () => {
    const ops = createReceiver();
    const before = warning();
    ops.at(start + minute, [before]);
    const worse = { ...before, severity: 'critical' } as const;
    const [message] = ops.at(start + 2 * minute, [worse]);
    expect(message?.changed).toMatchObject([{ severity: 'critical', previousSeverity: 'warning' }]);
    expect(ops.at(start + 3 * minute, [before])).toEqual([]);
    expect(shapes(ops.at(start + 17 * minute, [before]))).toEqual(['firing +0 ~1 =0 -0 ?0 of 1']);
  });

  it('is told what it wants only', () => {
    const critical = createReceiver({ on: ['critical'] });
    const known = [knownFinding(start), warning(), knownFinding(start, { severity: 'advice', rule: 'x' })];
    expect(shapes(critical.at(start + minute, known))).toEqual(['firing +1 ~0 =0 -0 ?0 of 1']);
    const over = known.map((one) => ({ ...one, endedAt: start + hour }));
    expect(critical.at(start + 2 * hour, over)).toEqual([]);
    expect(critical.told()).toEqual([]);
    const other = createReceiver({ stanzas: ['other'] });
    const daemon = knownFinding(start, { rule: 'daemon-not-ready', stanza: undefined, subject: 'daemon' });
    expect(other.at(start + minute, [...known, daemon]).map(({ group }) => group)).toEqual(['Holdfast']);
  });

  it('is told of other channels that fail, and not of itself', () => {
    const failing = (channel: string): KnownFinding =>
      knownFinding(start, {
        rule: 'notification-failing',
        stanza: undefined,
        subject: `channel ${channel}`,
      });
    const [message] = createReceiver().at(start + minute, [failing('ops'), failing('mail')]);
    expect(message?.began.map(({ subject }) => subject)).toEqual(['channel mail']);
  });

  it('is told what came and went while it could not be reached', () => {
    const ops = createReceiver();
    const known = [
      knownFinding(start, { endedAt: start + 10 * minute }),
      knownFinding(start, { endedAt: start + 10 * second, rule: 'blip' }),
      knownFinding(start - 2 * hour, { endedAt: start - hour, rule: 'before' }),
    ];
    expect(ops.at(start + hour, known)).toEqual([]);
    const [message] = ops.at(start + hour, known, start - minute);
    expect(shape(message as Notification)).toBe('resolved +0 ~0 =0 -0 ?1 of 0');
    expect(message?.missed).toMatchObject([{ rule: 'archive-not-arriving' }]);
  });

  it('keeps a trouble in one thread, and begins another with the next', () => {
    const ops = createReceiver();
    const first = knownFinding(start);
    const [one] = ops.at(start + minute, [first]);
    const second_ = warning({ since: start + hour });
    const [two] = ops.at(start + 2 * hour, [first, second_]);
    expect(two?.thread).toBe(one?.id);
    const gone = [first, second_].map((each) => ({ ...each, endedAt: start + 3 * hour }));
    expect(ops.at(start + 4 * hour, gone)[0]?.thread).toBe(one?.id);
    const [next] = ops.at(start + 6 * hour, [knownFinding(start + 5 * hour)]);
    expect(next?.thread).toBe(next?.id);
  });

  it('speaks plainly when a clock was set back, and when nobody remembers an end', () => {
    const ops = createReceiver();
    expect(ops.nextAt(start - hour, [knownFinding(start)])).toBe(start - hour + 30 * second);
    ops.at(start + hour, [knownFinding(start)]);
    expect(shapes(ops.at(start + 2 * hour, []))).toEqual(['resolved +0 ~0 =0 -1 ?0 of 0']);
  });

  it('says nothing when the configuration takes a channel away from a stanza', () => {
    const ops = createReceiver();
    const finding = knownFinding(start);
    ops.at(start + hour, [finding]);
    const plan = planNotifications({
      channel: notifyChannel({ stanzas: ['other'] }),
      sender,
      known: [finding],
      told: changeOf(
        {
          ...(createReceiver().at(start + hour, [finding])[0] as Notification),
        },
        start,
      ).told.map(readToldFinding),
      now: start + 2 * hour,
      newId: () => 'x',
    });
    expect(plan).toMatchObject({ messages: [], over: [identifyFinding(finding)] });
  });
});

/** A story of findings that come and go, and a channel that is asked at random moments. */
const story = fc.array(
  fc.record({
    wait: fc.integer({ min: 1, max: 3 * hour }),
    rule: fc.constantFrom('a', 'b', 'c'),
    stanza: fc.constantFrom('one', 'two', undefined),
    severity: fc.constantFrom('critical', 'warning', 'advice', undefined),
  }),
  { maxLength: 60 },
);

describe('whatever comes and goes', () => {
  it('ends with the channel knowing exactly what is there, without a beginning or an end told twice', () => {
    fc.assert(
      fc.property(story, (steps) => {
        const ops = createReceiver({ repeat: { critical: undefined, warning: undefined } });
        const known = new Map<string, KnownFinding>();
        const history: KnownFinding[] = [];
        const told = new Set<string>();
        let now = start;
        const ask = (): void => {
          for (const message of ops.at(now, [...known.values(), ...history])) {
            for (const finding of message.began) {
              expect(told.has(identifyFinding(finding))).toBe(false);
              told.add(identifyFinding(finding));
            }
            for (const finding of message.ended) expect(told.delete(identifyFinding(finding))).toBe(true);
            expect(message.status).toBe(message.open === 0 ? 'resolved' : 'firing');
          }
        };
        for (const { wait, rule, stanza, severity } of steps) {
          now += wait;
          const subject = stanza ?? 'daemon';
          const identity = `${rule} ${subject}`;
          const before = known.get(identity);
          known.delete(identity);
          if (severity !== undefined)
            known.set(identity, knownFinding(before?.since ?? now, { rule, stanza, subject, severity }));
          else if (before !== undefined) history.push({ ...before, endedAt: now });
          ask();
        }
        now += 48 * hour;
        ask();
        ask();
        const there = [...known.values()].filter(({ severity }) => severity !== 'advice');
        expect([...told].toSorted()).toEqual(there.map(identifyFinding).toSorted());
        expect(ops.told().toSorted()).toEqual([...told].toSorted());
      }),
      { numRuns: 300 },
    );
  });
});
