import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import { knownFinding, notifyChannel } from '../../test/support/notify-parts.ts';
import type { NotifyChannel } from '../config/configuration.ts';
import type { KnownFinding } from '../model/finding.ts';
import type { Journal } from '../store/journal.ts';
import { openJournal } from '../store/open-journal.ts';
import type { Channel, DeliveryResult } from './channel.ts';
import type { Notification } from './notification.ts';
import { Notifier } from './notifier.ts';
import type { NotifierEvent } from './notifier-deps.ts';

const minute = 60_000;
const hour = 60 * minute;
const good: DeliveryResult = { delivered: true, answer: 'HTTP 200' };
const bad: DeliveryResult = { delivered: false, problem: 'HTTP 503', permanent: false };
const opened: { journal: Journal; directory: string }[] = [];

afterEach(() => {
  for (const { journal, directory } of opened.splice(0)) {
    journal[Symbol.dispose]();
    rmSync(directory, { recursive: true, force: true });
  }
});

/** A notifier with a real journal, channels that answer what the test says, and a clock that stands. */
function createBed(channels: readonly NotifyChannel[] = [notifyChannel()]) {
  const clock = createFakeClock();
  const directory = mkdtempSync(join(tmpdir(), 'hf-g-notifier-'));
  const journal = openJournal(directory, { owner: undefined, now: () => clock.now() });
  opened.push({ journal, directory });
  let ids = 0;
  const bed = {
    clock,
    memory: journal.deliveries,
    channels,
    findings: [] as KnownFinding[],
    answers: {} as Record<string, () => DeliveryResult | Promise<DeliveryResult>>,
    got: [] as { channel: string; at: number; message: Notification }[],
    pushed: [] as { at: number; open: readonly string[]; ended: readonly string[] }[],
    events: [] as NotifierEvent[],
    trouble: [] as unknown[],
  };
  const answer = async (name: string): Promise<DeliveryResult> => (bed.answers[name] ?? (() => good))();
  const createChannel = ({ name, kind }: NotifyChannel): Channel =>
    kind === 'healthchecks'
      ? {
          type: 'state',
          everyMs: 5 * minute,
          async push({ open, ended }) {
            const names = (list: readonly KnownFinding[]): string[] => list.map(({ rule }) => rule);
            bed.pushed.push({ at: clock.now(), open: names(open), ended: names(ended) });
            return answer(name);
          },
          test: () => answer(name),
        }
      : {
          type: 'messages',
          async deliver(message) {
            bed.got.push({ channel: name, at: clock.now(), message });
            return answer(name);
          },
        };
  const start = () => {
    const stop = new AbortController();
    const notifier = new Notifier({
      channels: () => bed.channels,
      findings: () => bed.findings,
      memory: journal.deliveries,
      createChannel,
      resolveSecret: async () => 'x',
      sender: { host: 'db1', version: '1' },
      clock,
      random: () => 0.5,
      newId: () => `m${(ids += 1)}`,
      onEvent: (event) => bed.events.push(event),
      onTrouble: (error) => bed.trouble.push(error),
    });
    const running = notifier.run(stop.signal);
    return {
      notifier,
      async end() {
        stop.abort();
        await running;
        await notifier.end(100);
      },
    };
  };
  /** Goes on in steps, so that every timer is met. */
  const pass = async (milliseconds: number): Promise<void> => {
    const step = 5000;
    for (let left = milliseconds; left > 0; left -= step) await clock.advance(Math.min(step, left));
  };
  return Object.assign(bed, { start, pass });
}

const kinds = (got: readonly { message: Notification }[]): string[] =>
  got.map(({ message }) => message.status);

describe('a notifier', () => {
  it('tells beginning and end once, also over a restart', async () => {
    const bed = createBed();
    const first = bed.start();
    const finding = knownFinding(bed.clock.now());
    bed.findings = [finding];
    first.notifier.wake();
    await bed.pass(minute);
    expect(kinds(bed.got)).toEqual(['firing']);
    await first.end();
    const second = bed.start();
    await bed.pass(hour);
    expect(bed.got).toHaveLength(1);
    bed.findings = [{ ...finding, endedAt: bed.clock.now() }];
    await bed.pass(minute);
    expect(kinds(bed.got)).toEqual(['firing', 'resolved']);
    await second.end();
    expect(bed.trouble).toEqual([]);
  });

  it('tries again after pauses that grow, with the same message, and says so once it is through', async () => {
    const bed = createBed();
    const began = bed.clock.now();
    bed.findings = [knownFinding(began)];
    bed.answers['ops'] = () => bad;
    const running = bed.start();
    await bed.pass(30_000 + 5000 + 10_000 + 20_000 + 1000);
    expect(bed.got.map(({ at }) => at - began)).toEqual([30_000, 35_000, 45_000, 65_000]);
    expect(new Set(bed.got.map(({ message }) => message.id)).size).toBe(1);
    expect(running.notifier.observe()).toMatchObject([
      { waiting: 1, failure: { problem: 'HTTP 503', attempts: 4, since: began + 30_000 } },
    ]);
    bed.answers['ops'] = () => good;
    await bed.pass(hour);
    expect(bed.got).toHaveLength(5);
    expect(running.notifier.observe()).toMatchObject([{ waiting: 0, failure: undefined }]);
    expect(bed.events.map(({ kind }) => kind)).toEqual([
      ...Array.from({ length: 4 }, () => 'failed'),
      'recovered',
      'delivered',
    ]);
    await running.end();
  });

  it('waits as long as the receiver asks', async () => {
    const bed = createBed();
    const began = bed.clock.now();
    bed.findings = [knownFinding(began)];
    bed.answers['ops'] = () => ({ ...bad, retryAfterMs: 10 * minute });
    const running = bed.start();
    await bed.pass(15 * minute);
    expect(bed.got.map(({ at }) => at - began)).toEqual([30_000, 30_000 + 10 * minute]);
    await running.end();
  });

  it('goes on after a restart with what waits, in order', async () => {
    const bed = createBed();
    bed.findings = ['a', 'b'].map((stanza) =>
      knownFinding(bed.clock.now(), { stanza, subject: `stanza ${stanza}` }),
    );
    bed.answers['ops'] = () => bad;
    const first = bed.start();
    await bed.pass(minute);
    await first.end();
    const waiting = bed.memory.waiting('ops').map(({ id }) => id);
    expect(waiting).toHaveLength(2);
    bed.answers['ops'] = () => good;
    bed.got.length = 0;
    const second = bed.start();
    await bed.pass(5 * minute);
    expect(bed.got.map(({ message }) => message.id)).toEqual(waiting);
    await second.end();
  });

  it('does not let a channel that hangs delay another', async () => {
    const bed = createBed([notifyChannel({ name: 'hangs' }), notifyChannel({ name: 'works' })]);
    bed.findings = [knownFinding(bed.clock.now())];
    let release: (result: DeliveryResult) => void = () => {};
    bed.answers['hangs'] = () => new Promise((resolve) => (release = resolve));
    const running = bed.start();
    await bed.pass(minute);
    expect(bed.got.map(({ channel }) => channel).toSorted()).toEqual(['hangs', 'works']);
    bed.findings = bed.findings.map((one) => ({ ...one, endedAt: bed.clock.now() }));
    await bed.pass(minute);
    expect(kinds(bed.got.filter(({ channel }) => channel === 'works'))).toEqual(['firing', 'resolved']);
    bed.answers['hangs'] = () => good;
    release(good);
    await bed.pass(minute);
    expect(kinds(bed.got.filter(({ channel }) => channel === 'hangs'))).toEqual(['firing', 'resolved']);
    await running.end();
  });

  it('queues nothing while a channel fails, and tells then what came and went meanwhile', async () => {
    const bed = createBed();
    const first = knownFinding(bed.clock.now());
    bed.findings = [first];
    bed.answers['ops'] = () => bad;
    const running = bed.start();
    await bed.pass(minute);
    const brief = knownFinding(bed.clock.now(), { rule: 'brief' });
    bed.findings = [first, brief];
    await bed.pass(10 * minute);
    bed.findings = [first, { ...brief, endedAt: bed.clock.now() }];
    for (let round = 0; round < 20; round += 1) await bed.pass(10 * minute);
    expect(bed.memory.waiting('ops')).toHaveLength(1);
    bed.answers['ops'] = () => good;
    bed.got.length = 0;
    await bed.pass(hour);
    expect(bed.got.map(({ message }) => message.began.map(({ rule }) => rule))).toEqual([
      ['archive-not-arriving'],
      [],
    ]);
    expect(bed.got[1]?.message.missed).toMatchObject([{ rule: 'brief' }]);
    await running.end();
  });

  it('gives up what is refused for what it is, and tells it anew', async () => {
    const bed = createBed();
    bed.findings = [knownFinding(bed.clock.now())];
    bed.answers['ops'] = () => ({ ...bad, permanent: true });
    const running = bed.start();
    await bed.pass(20 * minute);
    expect(bed.events.filter(({ kind }) => kind === 'given-up')).toHaveLength(1);
    bed.answers['ops'] = () => good;
    await bed.pass(hour);
    const last = bed.got.at(-1)?.message;
    expect(last?.began).toHaveLength(1);
    expect(last?.id).not.toBe(bed.got[0]?.message.id);
    await running.end();
  });

  it('pushes a state at its interval, at once when it changes, and soon after a failure', async () => {
    const bed = createBed([notifyChannel({ name: 'ping', kind: 'healthchecks' })]);
    const began = bed.clock.now();
    const running = bed.start();
    await bed.pass(11 * minute);
    expect(bed.pushed.map(({ at }) => at - began)).toEqual([0, 5 * minute, 10 * minute]);
    bed.findings = [knownFinding(bed.clock.now())];
    running.notifier.wake();
    await bed.pass(5000);
    expect(bed.pushed.at(-1)).toMatchObject({ open: ['archive-not-arriving'] });
    bed.answers['ping'] = () => bad;
    const failing = bed.pushed.length;
    await bed.pass(20 * minute);
    expect(bed.pushed.length - failing).toBeGreaterThan(5);
    expect(running.notifier.observe()).toMatchObject([{ waiting: 0, failure: { problem: 'HTTP 503' } }]);
    await running.end();
  });

  it('sends what is due when it ends, and plans nothing more', async () => {
    const bed = createBed();
    bed.findings = [knownFinding(bed.clock.now() - hour)];
    bed.memory.enqueue([]);
    bed.answers['ops'] = () => bad;
    const first = bed.start();
    await bed.pass(1000);
    await first.end();
    bed.memory.hurry('ops');
    bed.answers['ops'] = () => good;
    bed.findings = [...bed.findings, knownFinding(bed.clock.now() - hour, { rule: 'later' })];
    bed.got.length = 0;
    const second = bed.start();
    await second.end();
    expect(bed.got.map(({ message }) => message.began.map(({ rule }) => rule))).toEqual([
      ['archive-not-arriving'],
    ]);
  });

  it('tries at once after a reload, and forgets channels that are gone', async () => {
    const bed = createBed([notifyChannel(), notifyChannel({ name: 'gone' })]);
    bed.findings = [knownFinding(bed.clock.now())];
    bed.answers['ops'] = () => bad;
    bed.answers['gone'] = () => bad;
    const running = bed.start();
    await bed.pass(10 * minute);
    bed.answers['ops'] = () => good;
    bed.channels = [notifyChannel()];
    const before = bed.got.length;
    running.notifier.reload();
    await bed.clock.advance(0);
    expect(bed.got).toHaveLength(before + 1);
    expect(bed.memory.waiting('gone')).toEqual([]);
    await running.end();
  });

  it('does not send again and again what it cannot write down', async () => {
    const bed = createBed();
    bed.findings = [knownFinding(bed.clock.now())];
    const { succeed } = bed.memory;
    bed.memory.succeed = () => {
      throw new Error('disk full');
    };
    const running = bed.start();
    await bed.pass(10 * minute);
    expect(bed.got.length).toBeLessThan(10);
    expect(new Set(bed.got.map(({ message }) => message.id)).size).toBe(1);
    expect(bed.trouble.length).toBe(bed.got.length);
    bed.memory.succeed = succeed;
    await bed.pass(hour);
    expect(bed.memory.waiting('ops')).toEqual([]);
    await running.end();
  });

  it('ends in time although a channel does not let go', async () => {
    const bed = createBed();
    bed.findings = [knownFinding(bed.clock.now() - hour)];
    bed.answers['ops'] = () => new Promise(() => {});
    const running = bed.start();
    await bed.pass(minute);
    await running.end();
    expect(bed.memory.waiting('ops')).toMatchObject([{ attempts: 0 }]);
  });
});
