import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Journal } from './journal.ts';
import { openJournal } from './open-journal.ts';

const directory = mkdtempSync(join(tmpdir(), 'hf-g-deliveries-'));
let opened: Journal | undefined;

/** As after a restart: what is not on disk is gone. */
function open(): Journal['deliveries'] {
  opened?.[Symbol.dispose]();
  opened = openJournal(directory, { owner: undefined, now: () => 1 });
  return opened.deliveries;
}

afterEach(() => {
  opened?.[Symbol.dispose]();
  opened = undefined;
  rmSync(directory, { recursive: true, force: true });
});

const message = (id: string, channel = 'ops') => ({ id, channel, message: `{"id":"${id}"}`, createdAt: 10 });
const nothing = { told: [], over: [] };

describe('what is remembered of deliveries', () => {
  it('keeps messages in order until they are delivered, over restarts', () => {
    open().enqueue([message('a'), message('b'), message('x', 'other')]);
    expect(open().waiting('ops')).toMatchObject([{ id: 'a', attempts: 0 }, { id: 'b' }]);
    open().succeed({ channel: 'ops', id: 'a', at: 20, outcome: 'HTTP 200', change: nothing });
    expect(
      open()
        .waiting('ops')
        .map(({ id }) => id),
    ).toEqual(['b']);
    expect(open().record('ops')).toMatchObject({ deliveredAt: 20, failures: 0 });
    expect(open().latest(10)).toMatchObject([
      { id: 'x' },
      { id: 'b', deliveredAt: undefined },
      { id: 'a', deliveredAt: 20, outcome: 'HTTP 200', attempts: 1 },
    ]);
  });

  it('knows what a channel was told only with the message that told it', () => {
    open().enqueue([message('a')]);
    expect(open().told('ops')).toEqual([]);
    const told = [{ identity: 'rule subject', told: '{}' }];
    open().succeed({ channel: 'ops', id: 'a', at: 20, outcome: 'ok', change: { told, over: [] } });
    expect(open().told('ops')).toEqual(told);
    expect(open().told('other')).toEqual([]);
    open().note('ops', { told: [], over: ['rule subject'] });
    expect(open().told('ops')).toEqual([]);
  });

  it('counts failures in a row, and begins anew after a success', () => {
    open().enqueue([message('a')]);
    const failure = { channel: 'ops', id: 'a', problem: 'HTTP 500', giveUp: false };
    open().fail({ ...failure, at: 20, nextAttempt: 25 });
    open().fail({ ...failure, at: 30, nextAttempt: 40 });
    expect(open().record('ops')).toEqual({
      channel: 'ops',
      deliveredAt: undefined,
      failures: 2,
      failingSince: 20,
      failedAt: 30,
      problem: 'HTTP 500',
      nextAttempt: 40,
    });
    expect(open().waiting('ops')).toMatchObject([{ attempts: 2, outcome: 'HTTP 500' }]);
    open().hurry('ops');
    expect(open().record('ops').nextAttempt).toBeUndefined();
    open().succeed({ channel: 'ops', id: 'a', at: 50, outcome: 'ok', change: nothing });
    expect(open().record('ops')).toMatchObject({ failures: 0, failingSince: undefined, problem: undefined });
  });

  it('does not try again what was given up', () => {
    open().enqueue([message('a')]);
    open().fail({ channel: 'ops', id: 'a', at: 20, problem: 'x', nextAttempt: 25, giveUp: true });
    expect(open().waiting('ops')).toEqual([]);
    expect(open().latest(1)).toMatchObject([{ givenUpAt: 20, outcome: 'x' }]);
  });

  it('forgets channels that are gone, and what is long over, but never what waits', () => {
    open().enqueue([message('a'), message('b'), message('x', 'gone')]);
    open().note('gone', { told: [{ identity: 'i', told: '{}' }], over: [] });
    open().succeed({ channel: 'ops', id: 'a', at: 20, outcome: 'ok', change: nothing });
    open().keepOnly(['ops']);
    expect([open().waiting('gone'), open().told('gone')]).toEqual([[], []]);
    expect(open().forgetBefore(1000)).toBe(1);
    expect(open().latest(10)).toMatchObject([{ id: 'b' }]);
    open().keepOnly([]);
    expect(open().latest(10)).toEqual([]);
  });
});
