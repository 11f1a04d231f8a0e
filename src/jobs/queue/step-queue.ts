import type {
  QueueEffect,
  QueueEntry,
  QueueEvent,
  QueueHold,
  QueueState,
  WaitingEntry,
} from './queue-state.ts';

/**
 * The queue is a state machine. A job waits, then runs, then is gone; a hold is asked for, then granted, then is gone.
 * Events come from outside (somebody submits or withdraws, a run came to its end, a restore wants its stanza for
 * itself). Each event changes the state; after that everything that has become possible happens at once: holds are
 * granted whose stanza is quiet, then jobs begin, in order, as long as there is room. What must be done in the world
 * comes out as effects; the machine itself touches nothing.
 *
 * The order is by priority, then by submission. A job that cannot begin (its stanza is being backed up, its repository
 * is full, somebody holds the stanza) does not keep others from beginning. That alone could leave one waiting for ever:
 * by jobs of higher priority that keep coming, or because it needs a stanza and a repository that are never free at the
 * same moment. So a job counts who has overtaken it, and after `patience` of them it goes before all others, and what it
 * needs is kept free for it until it has begun.
 *
 * A job that failed for a passing reason pauses before it tries again. Meanwhile it is none of the queue's; then it waits
 * again, at its old place.
 *
 * A drill takes none of the places, of which one that takes hours would rob the backups: it has its own, for one at a
 * time, and begins in it whatever else runs.
 *
 * A hold counts from when it is asked for: nothing that it covers is begun any more, and it is granted when what ran has
 * ended; a drill is stopped for it. Holds of one stanza are granted one at a time, in their order.
 */
export function stepQueue(state: QueueState, event: QueueEvent): QueueStep {
  const { state: changed, effects } = applyEvent(state, event);
  const granted = grantHolds(changed);
  const begun = beginJobs(granted.state);
  return { state: begun.state, effects: [...effects, ...granted.effects, ...begun.effects] };
}

export interface QueueStep {
  readonly state: QueueState;
  readonly effects: readonly QueueEffect[];
}

/** How many later jobs may begin before one that could have begun too. */
export const patience = 8;

function applyEvent(state: QueueState, event: QueueEvent): QueueStep {
  switch (event.kind) {
    case 'submitted':
      if (state.closed) return { state, effects: [{ kind: 'drop', id: event.entry.id }] };
      return only({ ...state, waiting: [...state.waiting, { ...event.entry, overtaken: 0 }] });
    case 'paused':
    case 'ended':
      return only({ ...state, running: without(state.running, event.id) });
    case 'withdrawn':
      return withdraw(state, event.id);
    case 'hold-asked':
      if (state.closed) return { state, effects: [{ kind: 'refuse', id: event.hold.id }] };
      return {
        state: { ...state, holds: [...state.holds, { ...event.hold, granted: false }] },
        effects: state.running
          .filter((entry) => entry.isDrill === true && covers({ ...event.hold, granted: false }, entry))
          .map(({ id }) => ({ kind: 'stop', id }) as const),
      };
    case 'hold-given-back':
      return only({ ...state, holds: without(state.holds, event.id) });
    case 'limits-changed':
      return only({ ...state, limits: event.limits });
    case 'closed':
      return close(state);
  }
}

function only(state: QueueState): QueueStep {
  return { state, effects: [] };
}

function without<Item extends { readonly id: number }>(items: readonly Item[], id: number): readonly Item[] {
  return items.filter((item) => item.id !== id);
}

function withdraw(state: QueueState, id: number): QueueStep {
  if (state.waiting.some((entry) => entry.id === id)) {
    return { state: { ...state, waiting: without(state.waiting, id) }, effects: [{ kind: 'drop', id }] };
  }
  // What is neither waiting nor running has ended already: whoever withdraws it has not heard yet.
  const runs = state.running.some((entry) => entry.id === id);
  return { state, effects: runs ? [{ kind: 'stop', id }] : [] };
}

function close(state: QueueState): QueueStep {
  const pending = state.holds.filter((hold) => !hold.granted);
  return {
    state: { ...state, closed: true, waiting: [], holds: state.holds.filter((hold) => hold.granted) },
    effects: [
      ...state.waiting.map(({ id }) => ({ kind: 'drop', id }) as const),
      ...pending.map(({ id }) => ({ kind: 'refuse', id }) as const),
    ],
  };
}

function grantHolds(state: QueueState): QueueStep {
  const effects: QueueEffect[] = [];
  const settled: QueueHold[] = [];
  for (const hold of state.holds) {
    const isNext = !settled.some((earlier) => earlier.stanza === hold.stanza);
    const isQuiet = !state.running.some((entry) => covers(hold, entry));
    const granted = hold.granted || (isNext && isQuiet);
    if (granted && !hold.granted) effects.push({ kind: 'grant', id: hold.id });
    settled.push({ ...hold, granted });
  }
  return { state: { ...state, holds: settled }, effects };
}

function covers(hold: QueueHold, entry: QueueEntry): boolean {
  return hold.stanza === entry.stanza && (hold.covers === 'everything' || entry.takesEngineLock);
}

function beginJobs(before: QueueState): QueueStep {
  const effects: QueueEffect[] = [];
  let state = before;
  for (let next = findNext(state); next !== undefined; next = findNext(state)) {
    effects.push({ kind: 'begin', id: next.id });
    state = begin(state, next);
  }
  return { state, effects };
}

function begin(state: QueueState, entry: WaitingEntry): QueueState {
  const waiting = without(state.waiting, entry.id).map((other) =>
    other.id < entry.id && !isHeld(state, other) ? { ...other, overtaken: other.overtaken + 1 } : other,
  );
  return { ...state, waiting, running: [...state.running, entry] };
}

/** The job that begins next; undefined when none may. */
function findNext(state: QueueState): WaitingEntry | undefined {
  const keptFree: WaitingEntry[] = [];
  for (const entry of inOrder(state)) {
    if (isHeld(state, entry)) continue;
    const isTaken = keptFree.some((older) => competes(older, entry));
    if (!isTaken && hasRoom(state, entry)) return entry;
    if (isOverdue(entry)) keptFree.push(entry);
  }
  return undefined;
}

/** Waiting jobs, the one that should begin first at the front. */
export function inOrder(state: Pick<QueueState, 'waiting'>): readonly WaitingEntry[] {
  return state.waiting.toSorted((a, b) => {
    if (isOverdue(a) !== isOverdue(b)) return isOverdue(a) ? -1 : 1;
    return (isOverdue(a) ? 0 : b.priority - a.priority) || a.id - b.id;
  });
}

function isOverdue(entry: WaitingEntry): boolean {
  return entry.overtaken >= patience;
}

/** True while somebody wants the stanza of this job left alone. */
export function isHeld(state: Pick<QueueState, 'holds'>, entry: QueueEntry): boolean {
  return findHold(state, entry) !== undefined;
}

/** The hold that keeps a job from beginning. */
export function findHold(state: Pick<QueueState, 'holds'>, entry: QueueEntry): QueueHold | undefined {
  return state.holds.find((hold) => covers(hold, entry));
}

function hasRoom(state: QueueState, entry: QueueEntry): boolean {
  if (entry.isDrill === true) return !state.running.some(({ isDrill }) => isDrill === true);
  const places = state.running.filter(({ isDrill }) => isDrill !== true).length;
  if (places >= state.limits.parallel) return false;
  const clash = state.running.some(
    (other) => entry.takesEngineLock && other.takesEngineLock && other.stanza === entry.stanza,
  );
  if (clash) return false;
  if (entry.repository === undefined) return true;
  const there = state.running.filter(
    (other) => other.repository === entry.repository && other.isDrill !== true,
  ).length;
  return there < state.limits.parallelPerRepository;
}

/** Whether one that begins could keep the other from beginning. */
function competes(one: QueueEntry, other: QueueEntry): boolean {
  if (one.isDrill === true || other.isDrill === true) return one.isDrill === other.isDrill;
  const sameStanza = one.takesEngineLock && other.takesEngineLock && one.stanza === other.stanza;
  return sameStanza || (one.repository !== undefined && one.repository === other.repository);
}
