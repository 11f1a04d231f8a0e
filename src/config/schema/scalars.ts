import * as z from 'zod';
import { parseByteSize } from '../../model/byte-size.ts';
import { parseDuration } from '../../model/duration.ts';
import type { SecretReference } from '../../model/secret.ts';
import { readSecretReference } from '../read-secret-reference.ts';

/** What is wrong with one value; the words go into the problem as they are. */
export interface ScalarProblem {
  readonly rule: string;
  readonly problem?: string;
  readonly expected: string;
  readonly remedy: string;
  /** The value must not be shown. */
  readonly secret?: boolean;
}

/** What a key takes: for people, for editors and for the reader. */
export interface ScalarKind<T> {
  /** Completes "expected …". */
  readonly expected: string;
  /** A sentence: how to write it right. */
  readonly remedy: string;
  /** JSON Schema of what may be written. */
  readonly json: Readonly<Record<string, unknown>>;
  readonly rule?: string;
  readonly secret?: boolean;
  /** Gives the value, or undefined when it is not of the kind. */
  readonly read: (value: unknown) => T | undefined;
}

/** Text with `${NAME}`, `file:` or `exec:` in it: a reference, which only a secret may be. */
export const referencePattern = /\$\{[^}]*\}|^(?:file|exec):/;

/**
 * A schema for one value, with its own words for what is wrong.
 *
 * @param kind what it takes
 */
export function scalar<T>(kind: ScalarKind<T>): z.ZodType<T, unknown> {
  return z
    .unknown()
    .transform((value, context): T => {
      const result = kind.read(value);
      if (result !== undefined) return result;
      const problem: ScalarProblem = {
        rule: kind.rule ?? 'wrong-value',
        expected: kind.expected,
        remedy: kind.remedy,
        ...(kind.secret === undefined ? {} : { secret: kind.secret }),
      };
      context.addIssue({ code: 'custom', params: { ...problem } });
      return z.NEVER;
    })
    .meta({ ...kind.json });
}

/** Text on one line that is used as it is. */
export function text(expected = 'text'): z.ZodType<string, unknown> {
  return scalar({
    expected,
    remedy: 'Write text; put it in quotes when it looks like a number, true or false.',
    json: { type: 'string', minLength: 1 },
    read: (value) => (isLine(value) && !referencePattern.test(value) ? value : undefined),
  });
}

/** An absolute path. */
export function absolutePath(): z.ZodType<string, unknown> {
  return scalar({
    rule: 'relative-path',
    expected: 'an absolute path',
    remedy: 'Write the path from the root, beginning with `/`.',
    json: { type: 'string', pattern: '^/' },
    read: (value) => (isLine(value) && value.startsWith('/') ? withoutTrailingSlash(value) : undefined),
  });
}

/** A TCP port. */
export function port(): z.ZodType<number, unknown> {
  return scalar({
    expected: 'a port from 1 to 65535',
    remedy: 'Write the number alone.',
    json: { type: 'integer', minimum: 1, maximum: 65_535 },
    read: (value) => wholeNumber(value, 1, 65_535),
  });
}

/** A whole number of something, at least `minimum`. pgBackRest takes no count above 9999999. */
export function count(minimum = 1, maximum = 9_999_999): z.ZodType<number, unknown> {
  return scalar({
    expected: `a whole number from ${minimum} to ${maximum}`,
    remedy: 'Write the number alone, without a unit.',
    json: { type: 'integer', minimum, maximum },
    read: (value) => wholeNumber(value, minimum, maximum),
  });
}

/** What a GB costs, in US dollars. */
export function price(): z.ZodType<number, unknown> {
  return scalar({
    expected: 'a price from 0 to 100, such as 0.09',
    remedy: 'Write the number alone, in US dollars for a GB.',
    json: { type: 'number', minimum: 0, maximum: 100 },
    read: (value) => (typeof value === 'number' && value >= 0 && value <= 100 ? value : undefined),
  });
}

/** true or false. */
export function flag(): z.ZodType<boolean, unknown> {
  return scalar({
    expected: 'true or false',
    remedy: 'Write `true` or `false`.',
    json: { type: 'boolean' },
    read: (value) => (typeof value === 'boolean' ? value : undefined),
  });
}

/** One of a few words. */
export function oneOf<const Word extends string>(words: readonly Word[]): z.ZodType<Word, unknown> {
  return scalar({
    expected: `one of ${words.join(', ')}`,
    remedy: `Write one of: ${words.join(', ')}.`,
    json: { type: 'string', enum: words },
    read: (value) => words.find((word) => word === value),
  });
}

/** A duration; gives seconds. */
export function duration(): z.ZodType<number, unknown> {
  return scalar({
    expected: 'a duration such as 90s, 1m, 26h, 14d or 2w',
    remedy: 'Write a whole number and its unit: s, m, h, d or w.',
    json: { type: 'string', pattern: '^\\d{1,9}\\s*(ms|s|m|h|d|w)$' },
    read: (value) => {
      const seconds = typeof value === 'string' ? parseDuration(value) : undefined;
      return seconds !== undefined && seconds > 0 ? seconds : undefined;
    },
  });
}

/** A size; gives bytes. */
export function byteSize(): z.ZodType<number, unknown> {
  return scalar({
    expected: 'a size such as 512MiB or 4GiB',
    remedy: 'Write a whole number and its unit: B, KiB, MiB, GiB, TiB or PiB.',
    json: { type: 'string', pattern: '^\\d{1,15}\\s*([KMGTPkmgtp]i?[Bb]|[Bb])$' },
    read: (value) => {
      const bytes = typeof value === 'string' && /[a-z]$/i.test(value) ? parseByteSize(value) : undefined;
      return bytes !== undefined && bytes > 0 ? bytes : undefined;
    },
  });
}

/** A secret: a reference, or the value itself (which a rule warns of). The value is never shown. */
export function secret(): z.ZodType<SecretReference, unknown> {
  return scalar({
    rule: 'bad-secret',
    secret: true,
    expected: 'a secret: ${NAME}, file:/absolute/path or exec:command',
    remedy:
      'Name where the secret is: the whole value is one reference. A number that is meant literally goes in quotes.',
    json: { type: 'string', minLength: 1, 'x-secret': true },
    read: readSecretReference,
  });
}

/** Text on one line, not empty, without characters that a configuration file cannot hold. */
export function isLine(value: unknown): value is string {
  return typeof value === 'string' && value.trim() === value && value !== '' && !/\p{Cc}/u.test(value);
}

/** The value when it is a whole number in the range. */
export function wholeNumber(value: unknown, minimum: number, maximum: number): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value >= minimum && value <= maximum
    ? value
    : undefined;
}

function withoutTrailingSlash(path: string): string | undefined {
  if (path.split('/').includes('..') || referencePattern.test(path)) return undefined;
  return path === '/' ? path : path.replace(/\/+$/, '');
}
