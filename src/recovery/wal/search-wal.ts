import type { Lsn } from '../../model/wal.ts';
import type { WalEvent } from './record.ts';
import type { PartialRecord } from './scan-segment.ts';
import type { Stretch } from './ledger.ts';
import type { WalReader } from './wal-reader.ts';

/** Told now and then how far a long search is: segments looked at of those there are. */
export type SearchProgress = (done: number, total: number) => void;

/** An event and the segment in which it ends. */
export interface LocatedEvent {
  readonly event: WalEvent;
  readonly segment: bigint;
}

/** True for what PostgreSQL compares a time target with: commits and aborts (xlogrecovery.c, recoveryStopsBefore). */
export function endsTransaction(event: WalEvent): boolean {
  return event.kind !== 'restore-point';
}

/** Events of a segment with the one that began in the segment before, when that is in the stretch. */
async function allEvents(reader: WalReader, stretch: Stretch, number: bigint): Promise<readonly WalEvent[]> {
  const scan = await reader.scan(number);
  if (!scan?.beheaded || number <= stretch.first) return scan?.events ?? [];
  const before = await reader.scan(number - 1n);
  return (await reader.scanWith(number, before?.partial))?.events ?? [];
}

/** The last commit or abort of a stretch: reads backwards until it finds one. */
export async function findLastTransaction(
  reader: WalReader,
  stretch: Stretch,
  onProgress?: SearchProgress,
): Promise<LocatedEvent | undefined> {
  const total = Number(stretch.last - stretch.first) + 1;
  for (let number = stretch.last; number >= stretch.first; number -= 1n) {
    onProgress?.(Number(stretch.last - number), total);
    const plain = (await reader.scan(number))?.events.findLast(endsTransaction);
    const event = plain ?? (await allEvents(reader, stretch, number)).findLast(endsTransaction);
    if (event) return { event, segment: number };
  }
  return undefined;
}

/** Where the last whole record of a stretch begins. */
export async function findLastRecord(reader: WalReader, stretch: Stretch): Promise<Lsn | undefined> {
  for (let number = stretch.last; number >= stretch.first; number -= 1n) {
    const lsn = (await reader.scan(number))?.lastRecordLsn;
    if (lsn !== undefined) return lsn;
  }
  return undefined;
}

/**
 * The first commit or abort younger than `time`: where PostgreSQL ends a recovery to that time. Commit times rise with
 * the WAL but for microseconds between sessions, so a bisection finds the segment.
 *
 * @param time microseconds since 1970
 * @param guess a segment to try first, from when segments were stored
 * @returns it and the last one before it, where there is one in the neighbourhood
 */
export async function findFirstAfter(
  reader: WalReader,
  stretch: Stretch,
  time: bigint,
  guess: bigint,
): Promise<{ readonly stop: LocatedEvent | undefined; readonly before: WalEvent | undefined }> {
  const isYounger = (event: WalEvent): boolean => endsTransaction(event) && event.time > time;
  const isPast = async (number: bigint): Promise<boolean> => {
    // A segment without transactions says nothing: the next one that has some decides.
    for (let at = number; at <= stretch.last; at += 1n) {
      const events = (await reader.scan(at))?.events.filter(endsTransaction) ?? [];
      if (events.length > 0) return events.some(isYounger);
    }
    return true;
  };
  const straddling = findBorder((await reader.scan(guess))?.events ?? [], isYounger);
  if (straddling) return { stop: { event: straddling.stop, segment: guess }, before: straddling.before };
  const segment = await bisect(stretch, guess, isPast);
  const from = segment > stretch.first ? segment - 1n : stretch.first;
  let before: WalEvent | undefined;
  for await (const { event, segment: at } of readForward(reader, from, stretch.last)) {
    if (isYounger(event)) return { stop: { event, segment: at }, before };
    if (endsTransaction(event)) before = event;
  }
  return { stop: undefined, before };
}

/** The two transactions between which the target lies, when both ended in this segment: then no other one is needed. */
function findBorder(
  events: readonly WalEvent[],
  isYounger: (event: WalEvent) => boolean,
): { readonly stop: WalEvent; readonly before: WalEvent } | undefined {
  const ended = events.filter(endsTransaction);
  const index = ended.findIndex(isYounger);
  const [before, stop] = index > 0 ? [ended[index - 1], ended[index]] : [];
  return before && stop && { stop, before };
}

/**
 * The end (commit or abort) of a transaction. Ids rise with the WAL, but a long transaction ends late: the search
 * begins where its id could have been given out and reads on to the end of the stretch.
 */
export async function findTransactionEnd(
  reader: WalReader,
  stretch: Stretch,
  xid: bigint,
  onProgress?: SearchProgress,
): Promise<LocatedEvent | undefined> {
  const wanted = Number(xid & 0xffff_ffffn);
  // Ids are compared modulo 2^32, as TransactionIdPrecedes does.
  const isReached = (id: number): boolean => ((id - wanted) | 0) >= 0;
  const isPast = async (number: bigint): Promise<boolean> => {
    for (let at = number; at <= stretch.last; at += 1n) {
      const events = (await reader.scan(at))?.events.filter(endsTransaction) ?? [];
      if (events.length > 0) return events.some((event) => isReached(event.xid));
    }
    return true;
  };
  const segment = await bisect(stretch, stretch.last, isPast);
  const from = segment > stretch.first ? segment - 1n : stretch.first;
  const matches = ({ event }: LocatedEvent): boolean => endsTransaction(event) && event.xid === wanted;
  return findForward(reader, from, stretch.last, matches, onProgress);
}

/**
 * All restore points of this name from the end of the stretch back to the segment `until`, oldest first. There is no
 * order to bisect by, so every segment is read; a stretch of 1000 segments takes some tens of seconds.
 *
 * @param enough asked after each segment that had one: true ends the search
 */
export async function findRestorePoints(
  reader: WalReader,
  stretch: Stretch,
  name: string,
  enough: (found: readonly LocatedEvent[], reached: bigint) => boolean,
  onProgress?: SearchProgress,
): Promise<LocatedEvent[]> {
  let found: LocatedEvent[] = [];
  const total = Number(stretch.last - stretch.first) + 1;
  for (let number = stretch.last; number >= stretch.first; number -= 1n) {
    onProgress?.(Number(stretch.last - number), total);
    const events = await allEvents(reader, stretch, number);
    const here = events
      .filter((event) => event.kind === 'restore-point' && event.name === name)
      .map((event) => ({ event, segment: number }));
    found = [...here, ...found];
    if (found.length > 0 && enough(found, number)) break;
  }
  return found;
}

async function findForward(
  reader: WalReader,
  from: bigint,
  to: bigint,
  matches: (located: LocatedEvent) => boolean,
  onProgress: SearchProgress | undefined,
): Promise<LocatedEvent | undefined> {
  for await (const located of readForward(reader, from, to, onProgress)) {
    if (matches(located)) return located;
  }
  return undefined;
}

/** Every event from one segment to another, in order, with those that cross a border. */
export async function* readForward(
  reader: WalReader,
  from: bigint,
  to: bigint,
  onProgress?: SearchProgress,
): AsyncGenerator<LocatedEvent> {
  let carry: PartialRecord | undefined;
  for (let number = from; number <= to; number += 1n) {
    onProgress?.(Number(number - from), Number(to - from) + 1);
    const scan = await reader.scanWith(number, carry);
    if (!scan) return;
    for (const event of scan.events) yield { event, segment: number };
    if (scan.ending === 'ended') return;
    carry = scan.partial;
  }
}

/** The smallest number of the stretch for which `isPast` holds; the last one when it holds nowhere before. */
async function bisect(
  stretch: Stretch,
  guess: bigint,
  isPast: (number: bigint) => Promise<boolean>,
): Promise<bigint> {
  let low = stretch.first;
  let high = stretch.last;
  // The guess is mostly right, and then the segment before it proves it.
  for (const number of [guess, guess - 1n]) {
    if (number < low || number >= high) continue;
    if (await isPast(number)) high = number;
    else low = number + 1n;
  }
  while (low < high) {
    const middle = (low + high) / 2n;
    if (await isPast(middle)) high = middle;
    else low = middle + 1n;
  }
  return low;
}
