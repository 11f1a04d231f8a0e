import { Failure } from '../model/failure.ts';
import type { RestoreTarget } from '../model/restore-target.ts';
import { parseLsn } from '../model/wal.ts';
import { parseAbsoluteTime, parseRelativeTime, requireZone, timeForms } from './parse-time.ts';

export interface ParseTargetOptions {
  readonly now: Date;
  /** `--timezone`: an IANA name. Needed for local times; otherwise only how times are shown. */
  readonly timezone?: string | undefined;
}

/**
 * Reads what `restore --to` was given: `latest`, `immediate`, `xid:N`, `lsn:X/Y`, `name:TEXT`, or a time (`time:` may
 * stand before it). A time always names one moment: it carries an offset, is relative to now, or is local to
 * `timezone`.
 *
 * @throws Failure target-invalid with the forms that are taken
 */
export function parseRestoreTarget(text: string, options: ParseTargetOptions): RestoreTarget {
  requireZone(options.timezone);
  const trimmed = text.trim();
  if (trimmed === 'latest' || trimmed === 'immediate') return { kind: trimmed };
  const match = /^(xid|lsn|name|time):(.*)$/is.exec(trimmed);
  if (!match) return parseTime(trimmed, trimmed, options);
  const value = (match[2] as string).trim();
  switch ((match[1] as string).toLowerCase()) {
    case 'xid':
      return parseXid(trimmed, value);
    case 'lsn':
      return parsePosition(trimmed, value);
    case 'name':
      return parseName(trimmed, value);
    default:
      return parseTime(trimmed, value, options);
  }
}

function parseTime(given: string, value: string, options: ParseTargetOptions): RestoreTarget {
  const parsed =
    parseRelativeTime(value, options.now, options.timezone) ?? parseAbsoluteTime(value, options.timezone);
  if (!parsed) {
    const hint = `${timeForms} Other targets are latest, immediate, xid:1234, lsn:0/3000148 and name:before-upgrade.`;
    throw invalid(given, 'this is not a restore target', hint);
  }
  return { kind: 'time', microseconds: parsed.microseconds, given, zone: parsed.zone };
}

/** Up to 64 bits: PostgreSQL compares the low 32 bits with what the WAL has (check_recovery_target_xid). */
function parseXid(given: string, value: string): RestoreTarget {
  const xid = /^\d{1,20}$/.test(value) ? BigInt(value) : undefined;
  if (xid === undefined || xid >= 2n ** 64n || (xid & 0xffff_ffffn) < 3n) {
    const hint = 'Give the number that pg_current_xact_id() or the log shows, for example xid:1234.';
    throw invalid(given, 'this is not the id of a transaction', hint);
  }
  return { kind: 'xid', xid };
}

function parsePosition(given: string, value: string): RestoreTarget {
  const lsn = parseLsn(value);
  if (lsn === undefined || lsn === 0n) {
    throw invalid(
      given,
      'this is not a WAL position',
      'Give it as PostgreSQL shows it, for example lsn:0/3000148.',
    );
  }
  return { kind: 'lsn', lsn };
}

/** At most 63 bytes: MAXFNAMELEN of PostgreSQL, which refuses longer names. */
function parseName(given: string, value: string): RestoreTarget {
  // oxlint-disable-next-line no-control-regex -- control characters are what is refused
  if (value === '' || Buffer.byteLength(value) > 63 || /[\u0000-\u001f\u007f]/.test(value)) {
    const hint = 'Give the name that pg_create_restore_point() was called with: one to 63 bytes.';
    throw invalid(given, 'this is not the name of a restore point', hint);
  }
  return { kind: 'name', name: value };
}

function invalid(given: string, problem: string, hint: string): Failure {
  return new Failure('target-invalid', { operation: 'read the restore target', place: given, problem, hint });
}
