import type { DeliveryResult } from './channel.ts';
import type { StoredDelivery } from '../store/delivery-memory.ts';

/** The first pause, and the longest one, milliseconds. */
const [firstMs, longestMs] = [5_000, 900_000];
/** A message that is older is given up, and so is one that its receiver refused for what it is so often. */
const [oldestMs, mostRefusals] = [86_400_000, 5];

/**
 * How long to wait after failures in a row: twice as long each time, spread so that what failed together is not tried
 * together.
 *
 * @param failures at least 1. @param random from 0 up to 1. @returns milliseconds
 */
export function backoffMs(failures: number, random: number): number {
  const pause = Math.min(firstMs * 2 ** Math.min(failures - 1, 20), longestMs);
  return Math.round(pause * (0.75 + random / 2));
}

/**
 * Whether a message is tried no more: it says nothing new a day later, and what a receiver does not understand it does
 * not understand the tenth time. What it had to tell is planned again, out of what is true then.
 */
export function isGivenUp(delivery: StoredDelivery, result: DeliveryResult, now: number): boolean {
  if (result.delivered) return false;
  if (now - delivery.createdAt > oldestMs) return true;
  return result.permanent && delivery.attempts + 1 >= mostRefusals;
}
