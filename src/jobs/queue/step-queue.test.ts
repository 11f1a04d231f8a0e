import { describe, expect, test } from 'vitest';
import * as fc from 'fast-check';
import {
  emptyQueue,
  type QueueEffect,
  type QueueEntry,
  type QueueEvent,
  type QueueState,
} from './queue-state.ts';
import { patience, stepQueue } from './step-queue.ts';

const entry = (id: number, more: Partial<QueueEntry> = {}): QueueEntry => ({
  id,
  stanza: 'main',
  repository: 'posix:/r1',
  takesEngineLock: true,
  priority: 0,
  ...more,
});

/** Applies events and gives what happened, as `begin 1`. */
function play(events: readonly QueueEvent[], start = emptyQueue({ parallel: 2, parallelPerRepository: 1 })) {
  let state: QueueState = start;
  const log: string[] = [];
  for (const event of events) {
    const step = stepQueue(state, event);
    state = step.state;
    log.push(...step.effects.map(({ kind, id }) => `${kind} ${id}`));
  }
  return { state, log };
}

const submit = (id: number, more: Partial<QueueEntry> = {}): QueueEvent => ({
  kind: 'submitted',
  entry: entry(id, more),
});
const ended = (id: number): QueueEvent => ({ kind: 'ended', id });
const hold = (id: number, covers: 'everything' | 'changes' = 'everything'): QueueEvent => ({
  kind: 'hold-asked',
  hold: { id, stanza: 'main', covers },
});

describe('limits', () => {
  test('never two of a stanza at once that take the engine lock, also in different repositories', () => {
    const { log } = play([submit(1), submit(2, { repository: 'posix:/r2' }), ended(1)]);
    expect(log).toEqual(['begin 1', 'begin 2']);
    expect(play([submit(1), submit(2, { repository: 'posix:/r2' })]).log).toEqual(['begin 1']);
  });

  test('a repository that stanzas share has its own limit', () => {
    expect(play([submit(1), submit(2, { stanza: 'other' })]).log).toEqual(['begin 1']);
    const wide = emptyQueue({ parallel: 4, parallelPerRepository: 2 });
    expect(play([submit(1), submit(2, { stanza: 'other' })], wide).log).toEqual(['begin 1', 'begin 2']);
  });

  test('a verify runs beside a backup of its stanza where the repository has room', () => {
    const wide = emptyQueue({ parallel: 4, parallelPerRepository: 2 });
    expect(play([submit(1), submit(2, { takesEngineLock: false })], wide).log).toEqual([
      'begin 1',
      'begin 2',
    ]);
  });

  test('wider limits begin what waited', () => {
    const wider: QueueEvent = { kind: 'limits-changed', limits: { parallel: 2, parallelPerRepository: 2 } };
    expect(play([submit(1), submit(2, { stanza: 'other' }), wider]).log).toEqual(['begin 1', 'begin 2']);
  });
});

describe('drills', () => {
  const drill = { isDrill: true, takesEngineLock: false, repository: undefined };

  test('have a place of their own, for one at a time', () => {
    const one = emptyQueue({ parallel: 1, parallelPerRepository: 1 });
    const { log } = play(
      [submit(1), submit(2, drill), submit(3, { ...drill, stanza: 'other' }), ended(2)],
      one,
    );
    expect(log).toEqual(['begin 1', 'begin 2', 'begin 3']);
    // A drill that runs keeps no backup from beginning, in the same repository neither.
    const beside = { isDrill: true, takesEngineLock: false };
    expect(play([submit(1, beside), submit(2), submit(3, { stanza: 'x' })], one).log).toEqual([
      'begin 1',
      'begin 2',
    ]);
  });

  test('are stopped by who wants the stanza, and not begun while it is held', () => {
    const { log } = play([submit(1, drill), hold(2), submit(3, drill), ended(1)]);
    expect(log).toEqual(['begin 1', 'stop 1', 'grant 2']);
    expect(play([submit(1, drill), hold(2, 'changes')]).log).toEqual(['begin 1', 'grant 2']);
    expect(play([submit(1, { ...drill, stanza: 'other' }), hold(2)]).log).toEqual(['begin 1', 'grant 2']);
  });
});

describe('order', () => {
  test('by priority, then by submission; one that cannot begin is passed', () => {
    const { log } = play([
      submit(1),
      submit(2),
      submit(3, { priority: 5 }),
      submit(4, { stanza: 'other', repository: 'posix:/r2' }),
      ended(1),
      ended(3),
    ]);
    expect(log).toEqual(['begin 1', 'begin 4', 'begin 3', 'begin 2']);
  });

  test('a job of low priority goes first once it was overtaken too often', () => {
    const one = emptyQueue({ parallel: 1, parallelPerRepository: 1 });
    const events: QueueEvent[] = [submit(1), submit(2, { priority: -1 })];
    for (let id = 3; id < 3 + patience + 3; id += 1) events.push(submit(id, { priority: 9 }));
    for (const id of [1, ...Array.from({ length: patience }, (_, index) => index + 3)])
      events.push(ended(id));
    expect(play(events, one).log.at(-1)).toBe('begin 2');
  });

  test('what an overdue job needs is kept free for it', () => {
    // 3 needs stanza main (held by 1, then by others in r2) and r1 (held by 2, then by other stanzas).
    let id = 3;
    const events: QueueEvent[] = [
      submit(1, { repository: 'posix:/r2' }),
      submit(2, { stanza: 'other', repository: 'posix:/r1' }),
      submit(3, { repository: 'posix:/r1' }),
    ];
    const running = [1, 2];
    for (let round = 0; round < 20; round += 1) {
      const next = (id += 1);
      const sameStanza = round % 2 === 0;
      events.push(
        submit(
          next,
          sameStanza ? { repository: 'posix:/r2' } : { stanza: `s${next}`, repository: 'posix:/r1' },
        ),
        ended(running.shift() ?? 0),
      );
      running.push(next);
    }
    const { log } = play(events, emptyQueue({ parallel: 3, parallelPerRepository: 1 }));
    expect(log).toContain('begin 3');
    expect(log.indexOf('begin 3')).toBeLessThan(patience + 4);
  });
});

describe('holds', () => {
  test('waits for what runs, and nothing begins meanwhile', () => {
    const events = [submit(1), hold(2), submit(3), ended(1)];
    expect(play(events).log).toEqual(['begin 1', 'grant 2']);
    expect(play([...events, { kind: 'hold-given-back', id: 2 }]).log.at(-1)).toBe('begin 3');
  });

  test('one that covers changes lets checks go on', () => {
    const check = submit(2, { repository: undefined, takesEngineLock: false });
    expect(play([hold(1, 'changes'), check, submit(3)]).log).toEqual(['grant 1', 'begin 2']);
  });

  test('one at a time, and one that is given up before it is granted is forgotten', () => {
    expect(play([hold(1), hold(2), { kind: 'hold-given-back', id: 1 }]).log).toEqual(['grant 1', 'grant 2']);
    expect(play([submit(1), hold(2), { kind: 'hold-given-back', id: 2 }, ended(1)]).log).toEqual(['begin 1']);
  });
});

describe('withdrawing and closing', () => {
  test('one that waits is dropped, one that runs is stopped, one that has ended is left', () => {
    const withdrawn = (id: number): QueueEvent => ({ kind: 'withdrawn', id });
    const { log } = play([submit(1), submit(2), withdrawn(2), withdrawn(1), ended(1), withdrawn(1)]);
    expect(log).toEqual(['begin 1', 'drop 2', 'stop 1']);
  });

  test('closed: nothing begins any more', () => {
    const { log } = play([submit(1), submit(2), hold(3), { kind: 'closed' }, submit(4), hold(5), ended(1)]);
    expect(log).toEqual(['begin 1', 'drop 2', 'refuse 3', 'drop 4', 'refuse 5']);
  });
});

describe('whatever happens', () => {
  const jobs = fc.record({
    stanza: fc.constantFrom('a', 'b', 'c'),
    repository: fc.constantFrom('r1', 'r2', undefined),
    takesEngineLock: fc.boolean(),
    priority: fc.integer({ min: -2, max: 2 }),
  });
  const actions = fc.oneof(
    { weight: 5, arbitrary: fc.record({ do: fc.constant('submit' as const), job: jobs }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constant('end' as const), pick: fc.nat(20) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('withdraw' as const), pick: fc.nat(60) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('pause' as const), pick: fc.nat(20) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('again' as const), pick: fc.nat(20) }) },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant('hold' as const),
        stanza: fc.constantFrom('a', 'b'),
        covers: fc.constantFrom('everything' as const, 'changes' as const),
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('release' as const), pick: fc.nat(5) }) },
  );
  const limits = fc.record({
    parallel: fc.integer({ min: 1, max: 4 }),
    parallelPerRepository: fc.integer({ min: 1, max: 2 }),
  });

  test('never over a limit, everything begins or is dropped exactly once, nothing is left waiting', () => {
    fc.assert(
      fc.property(limits, fc.array(actions, { maxLength: 80 }), (given, script) => {
        const world = new World(emptyQueue(given));
        for (const action of script) world.act(action);
        world.runDry();
        expect(world.state.waiting).toEqual([]);
        expect([...world.fates.values()].every((fate) => fate === 'ended' || fate === 'dropped')).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test('nobody starves, however many come after it', () => {
    fc.assert(
      fc.property(limits, jobs, fc.array(jobs, { minLength: 120, maxLength: 120 }), (given, first, later) => {
        const world = new World(emptyQueue(given));
        world.act({ do: 'submit', job: { ...first, stanza: 'b' } });
        world.act({ do: 'submit', job: { ...first, priority: -2 } });
        const subject = world.lastId;
        for (const job of later) {
          world.act({ do: 'submit', job });
          world.act({ do: 'submit', job: { ...job, priority: 2 } });
          world.act({ do: 'end', pick: 0 });
        }
        expect(world.fates.get(subject)).not.toBe('waiting');
      }),
      { numRuns: 50 },
    );
  });
});

type Action =
  | { do: 'submit'; job: Omit<QueueEntry, 'id'> }
  | { do: 'end' | 'withdraw' | 'release' | 'pause' | 'again'; pick: number }
  | { do: 'hold'; stanza: string; covers: 'everything' | 'changes' };

/** Carries effects out and looks at every moment whether the rules hold. */
class World {
  state: QueueState;
  lastId = 0;
  readonly paused: QueueEntry[] = [];
  readonly fates = new Map<number, 'waiting' | 'running' | 'ended' | 'dropped'>();

  constructor(state: QueueState) {
    this.state = state;
  }

  act(action: Action): void {
    if (action.do === 'submit') {
      this.fates.set((this.lastId += 1), 'waiting');
      this.#apply({ kind: 'submitted', entry: { ...action.job, id: this.lastId } });
    } else if (action.do === 'hold') {
      const { stanza, covers } = action;
      this.#apply({ kind: 'hold-asked', hold: { id: (this.lastId += 1), stanza, covers } });
    } else if (action.do === 'withdraw') {
      this.#apply({ kind: 'withdrawn', id: action.pick });
    } else if (action.do === 'pause') {
      const job = this.state.running[action.pick % Math.max(1, this.state.running.length)];
      if (job) this.#pause(job);
    } else if (action.do === 'again') {
      const [job] = this.paused.splice(action.pick % Math.max(1, this.paused.length), 1);
      if (job) this.#submitAgain(job);
    } else if (action.do === 'end') {
      this.#end(this.state.running[action.pick % Math.max(1, this.state.running.length)]?.id);
    } else {
      const held = this.state.holds[action.pick % Math.max(1, this.state.holds.length)];
      if (held) this.#apply({ kind: 'hold-given-back', id: held.id });
    }
  }

  #pause(job: QueueEntry): void {
    this.paused.push(job);
    this.#apply({ kind: 'paused', id: job.id });
  }

  #submitAgain(job: QueueEntry): void {
    this.fates.set(job.id, 'waiting');
    this.#apply({ kind: 'submitted', entry: job });
  }

  runDry(): void {
    while (this.paused.length > 0) this.act({ do: 'again', pick: 0 });
    while (this.state.holds.length > 0) this.act({ do: 'release', pick: 0 });
    while (this.state.running.length > 0) this.act({ do: 'end', pick: 0 });
  }

  #end(id: number | undefined): void {
    if (id === undefined) return;
    this.fates.set(id, 'ended');
    this.#apply({ kind: 'ended', id });
  }

  #apply(event: QueueEvent): void {
    const held = this.state.holds.filter((one) => one.granted);
    const step = stepQueue(this.state, event);
    this.state = step.state;
    for (const effect of step.effects) this.#carryOut(effect);
    this.#judge(held.map(({ id }) => id));
  }

  #carryOut({ kind, id }: QueueEffect): void {
    if (kind === 'begin' || kind === 'drop') {
      expect(this.fates.get(id)).toBe('waiting');
      this.fates.set(id, kind === 'begin' ? 'running' : 'dropped');
    }
    if (kind === 'stop') expect(this.fates.get(id)).toBe('running');
  }

  #judge(heldBefore: readonly number[]): void {
    const { running, limits: most, holds } = this.state;
    expect(running.length).toBeLessThanOrEqual(most.parallel);
    for (const repository of ['r1', 'r2']) {
      const there = running.filter((one) => one.repository === repository).length;
      expect(there).toBeLessThanOrEqual(most.parallelPerRepository);
    }
    for (const stanza of ['a', 'b', 'c']) {
      const locked = running.filter((one) => one.stanza === stanza && one.takesEngineLock).length;
      expect(locked).toBeLessThanOrEqual(1);
      const granted = holds.filter((one) => one.stanza === stanza && one.granted);
      expect(granted.length).toBeLessThanOrEqual(1);
      const clash = granted.some((one) =>
        running.some((job) => job.stanza === stanza && (one.covers === 'everything' || job.takesEngineLock)),
      );
      expect(clash).toBe(false);
    }
    for (const id of heldBefore) {
      const one = holds.find((candidate) => candidate.id === id);
      if (one) expect(one.granted).toBe(true);
    }
  }
}
