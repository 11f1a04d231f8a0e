import { createHash } from 'node:crypto';
import type { LeaseResource } from './lease.ts';

/**
 * First half of the key of every lease: the letters `Hold`. `pg_locks` shows it as classid of a lock with the
 * locktype `advisory` and objsubid 2.
 */
export const leaseNamespace = 0x48_6f_6c_64;

/**
 * Second half of the key: the first four bytes of the SHA-256 of stanza and repository, with a zero byte between them,
 * as the signed number that `pg_advisory_lock(int, int)` takes. Two resources of one cluster that fell on the same
 * number would only wait for each other.
 *
 * @see https://www.postgresql.org/docs/current/functions-admin.html#FUNCTIONS-ADVISORY-LOCKS
 */
export function leaseKey(resource: LeaseResource): number {
  const hash = createHash('sha256').update(`${resource.stanza}\0${resource.repository}`, 'utf8');
  return hash.digest().readInt32BE(0);
}

/** The key as `pg_locks.objid` shows it, which has no sign. */
export function objectId(key: number): number {
  return key >>> 0;
}
