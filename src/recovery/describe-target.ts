import type { RestoreTarget } from '../model/restore-target.ts';
import { formatLsn } from '../model/wal.ts';
import { formatInstant } from './format-instant.ts';

/**
 * The target in words. A time is shown in the zone the user thought in and in UTC.
 *
 * @returns for example `2026-11-20 10:30:00+01:00 (Europe/Berlin) = 2026-11-20 09:30:00+00 (UTC)`
 */
export function describeTarget(target: RestoreTarget): string {
  switch (target.kind) {
    case 'latest':
      return 'the end of the WAL';
    case 'immediate':
      return 'the end of the backup set, as soon as it is consistent';
    case 'xid':
      return `the end of transaction ${target.xid}`;
    case 'lsn':
      return `WAL position ${formatLsn(target.lsn)}`;
    case 'name':
      return `restore point "${target.name}"`;
    case 'time':
      return describeInstant(target.microseconds, target.zone);
  }
}

/** An instant (microseconds since 1970) in both zones; once when the zone is UTC. */
export function describeInstant(microseconds: bigint, zone: string): string {
  const utc = `${formatInstant(microseconds, 'UTC')} (UTC)`;
  if (zone === 'UTC' || zone === '+00:00') return utc;
  const named = /^[+-]/.test(zone) ? '' : ` (${zone})`;
  return `${formatInstant(microseconds, zone)}${named} = ${utc}`;
}
