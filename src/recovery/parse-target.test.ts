import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Failure } from '../model/failure.ts';
import { describeTarget } from './describe-target.ts';
import { formatInstant, formatTarget } from './format-instant.ts';
import { parseRestoreTarget } from './parse-target.ts';

const now = new Date('2026-11-20T12:00:00.250Z');
const parse = (text: string, timezone?: string) => parseRestoreTarget(text, { now, timezone });

function microsecondsOf(text: string, timezone?: string): string {
  const target = parse(text, timezone);
  if (target.kind !== 'time') throw new Error(`not a time: ${text}`);
  return formatTarget(target.microseconds);
}

function refusal(text: string, timezone?: string): Failure {
  try {
    parse(text, timezone);
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error(`accepted: ${text}`);
}

describe('parseRestoreTarget', () => {
  it.each([
    ['2026-11-20 10:30:00+01', '2026-11-20 09:30:00.000000+00'],
    ['2026-11-20 10:30:00.123456+01', '2026-11-20 09:30:00.123456+00'],
    ['2026-11-20T10:30:00+0100', '2026-11-20 09:30:00.000000+00'],
    ['2026-11-20T10:30:00.5+01:00', '2026-11-20 09:30:00.500000+00'],
    ['2026-11-20T10:30:00Z', '2026-11-20 10:30:00.000000+00'],
    ['time:2026-11-20 10:30Z', '2026-11-20 10:30:00.000000+00'],
    ['2026-11-20 10:30:00 -09:30', '2026-11-20 20:00:00.000000+00'],
    ['10 minutes ago', '2026-11-20 11:50:00.250000+00'],
    ['2 hours ago', '2026-11-20 10:00:00.250000+00'],
    ['an hour ago', '2026-11-20 11:00:00.250000+00'],
    ['90s ago', '2026-11-20 11:58:30.250000+00'],
    ['3 days ago', '2026-11-17 12:00:00.250000+00'],
  ])('reads %s', (text, utc) => {
    expect(microsecondsOf(text)).toBe(utc);
  });

  it('reads the other targets', () => {
    expect(parse('latest')).toEqual({ kind: 'latest' });
    expect(parse('immediate')).toEqual({ kind: 'immediate' });
    expect(parse('xid:1234')).toEqual({ kind: 'xid', xid: 1234n });
    expect(parse('lsn:0/3000148')).toEqual({ kind: 'lsn', lsn: 0x3000148n });
    expect(parse('name:before upgrade')).toEqual({ kind: 'name', name: 'before upgrade' });
  });

  it.each([
    '2026-11-20',
    '2026-11-20 10:30:00',
    '2026-11-20T10:30',
    '2026-11-20 10:30:00 CET',
    '2026-02-30 10:00Z',
  ])('refuses %s and says how to write it', (text) => {
    const failure = refusal(text);
    expect(failure.kind).toBe('target-invalid');
    expect(failure.hint).toContain('2026-11-20 10:30:00+01');
  });

  it.each([
    '',
    'xid:',
    'xid:2',
    'xid:1e3',
    'lsn:3000148',
    'name:',
    `name:${'x'.repeat(64)}`,
    'tomorrow',
    '10 parsecs ago',
  ])('refuses "%s"', (text) => {
    expect(refusal(text).kind).toBe('target-invalid');
  });

  it('reads local times of a zone', () => {
    expect(microsecondsOf('2026-11-20 10:30:00', 'Europe/Berlin')).toBe('2026-11-20 09:30:00.000000+00');
    expect(microsecondsOf('2026-07-20 10:30:00', 'Europe/Berlin')).toBe('2026-07-20 08:30:00.000000+00');
    expect(microsecondsOf('2026-07-20 10:30:00', 'Asia/Kolkata')).toBe('2026-07-20 05:00:00.000000+00');
    expect(refusal('2026-07-20 10:30:00', 'Mars/Olympus').problem).toContain('not known');
  });

  it('refuses an ambiguous local time and names both moments', () => {
    const failure = refusal('2026-10-25 02:30:00', 'Europe/Berlin');
    expect(failure.problem).toContain('twice');
    expect(failure.details?.['candidates']).toEqual([
      '2026-10-25 02:30:00+02:00',
      '2026-10-25 02:30:00+01:00',
    ]);
  });

  it('refuses a skipped local time and names the moments on both sides', () => {
    const failure = refusal('2026-03-29 02:30:00', 'Europe/Berlin');
    expect(failure.problem).toContain('skipped');
    expect(failure.details?.['candidates']).toEqual([
      '2026-03-29 01:30:00+01:00',
      '2026-03-29 03:30:00+02:00',
    ]);
  });

  it('describes a time in both zones', () => {
    expect(describeTarget(parse('2026-11-20 10:30:00', 'Europe/Berlin'))).toBe(
      '2026-11-20 10:30:00+01:00 (Europe/Berlin) = 2026-11-20 09:30:00+00 (UTC)',
    );
    expect(describeTarget(parse('2026-11-20T10:30:00Z'))).toBe('2026-11-20 10:30:00+00 (UTC)');
  });

  it('reads back every instant it prints', () => {
    const zones = ['UTC', '+01:00', '-09:30', 'Europe/Berlin', 'America/St_Johns', 'Australia/Lord_Howe'];
    fc.assert(
      fc.property(
        fc.bigInt(172_800_000_000n, 4_102_444_800_000_000n),
        fc.constantFrom(...zones),
        (microseconds, zone) => {
          const target = parse(formatInstant(microseconds, zone));
          expect(target.kind === 'time' && target.microseconds).toBe(microseconds);
          const engine = parse(formatTarget(microseconds));
          expect(engine.kind === 'time' && engine.microseconds).toBe(microseconds);
        },
      ),
    );
  });

  it('reads a local time as an instant that shows it, or refuses it', () => {
    const instants = fc.bigInt(172_800n, 4_102_444_800n).map((seconds) => seconds * 1_000_000n);
    fc.assert(
      fc.property(
        instants,
        fc.constantFrom('Europe/Berlin', 'America/New_York', 'Asia/Kathmandu'),
        (instant, zone) => {
          const local = formatInstant(instant, zone).slice(0, 19);
          try {
            const target = parse(local, zone);
            expect(target.kind === 'time' && formatInstant(target.microseconds, zone).slice(0, 19)).toBe(
              local,
            );
          } catch (error) {
            expect(error).toBeInstanceOf(Failure);
            expect((error as Failure).details?.['candidates']).toHaveLength(2);
          }
        },
      ),
    );
  });

  it('never fails without a name', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map((text) => `time:${text}`),
          fc.stringMatching(/^[0-9TZ:+ -]{1,30}$/),
        ),
        (text) => {
          try {
            parse(text);
          } catch (error) {
            expect(error).toBeInstanceOf(Failure);
          }
        },
      ),
    );
  });
});
