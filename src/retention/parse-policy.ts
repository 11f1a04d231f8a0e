import { retentionSchema } from '../config/schema/retention.ts';
import { Failure } from '../model/failure.ts';
import { nearestName } from '../model/nearest-name.ts';
import type { Retention } from '../model/repository.ts';

/** The keys of a policy in words: those of `retention:` in holdfast.yaml. */
export const policyKeys = ['full', 'diff', 'archive', 'history', 'minimum'] as const;
type PolicyKey = (typeof policyKeys)[number];

/** A key and its value as typed. */
export interface PolicyWord {
  readonly key: string;
  readonly value: string;
}

/**
 * Splits `full=14d,diff=3` and `full=14d diff=3`.
 *
 * @throws Failure usage for a word without `=`
 */
export function splitPolicy(text: string, option = '--policy'): readonly PolicyWord[] {
  return text
    .split(/[\s,]+/)
    .filter((word) => word !== '')
    .map((word) => {
      const at = word.indexOf('=');
      if (at > 0) return { key: word.slice(0, at), value: word.slice(at + 1) };
      throw new Failure('usage', {
        operation: `read ${option}`,
        problem: `${JSON.stringify(word)} has no value`,
        hint: `Write it as ${option} full=14d,diff=3.`,
      });
    });
}

/** True for what `applyPolicy` takes. */
export function isPolicyKey(key: string): key is PolicyKey {
  return (policyKeys as readonly string[]).includes(key);
}

/**
 * A retention with some of its values replaced. Values are those of holdfast.yaml; `none` takes a value away, and
 * `archive` is `follow` or `full:2`.
 *
 * @throws Failure usage for an unknown key or a value that holdfast.yaml would not take
 */
export function applyPolicy(
  retention: Retention,
  words: readonly PolicyWord[],
  option = '--policy',
): Retention {
  let result = retention;
  for (const { key, value } of words) {
    if (!isPolicyKey(key)) throw unknownKey(key, option, policyKeys);
    result = { ...result, [key]: readValue(key, value, option) };
  }
  return result;
}

/** @param keys that there are */
export function unknownKey(key: string, option: string, keys: readonly string[]): Failure {
  const near = nearestName(key, keys);
  return new Failure('usage', {
    operation: `read ${option}`,
    problem: `there is no ${key}`,
    hint: near === undefined ? `There are: ${keys.join(', ')}.` : `Did you mean ${near}?`,
  });
}

function readValue(key: PolicyKey, value: string, option: string): Retention[PolicyKey] {
  if (value === 'none' && key !== 'archive') return undefined;
  const counted = /^(full|diff|incr):(\d+)$/.exec(value);
  const given: unknown =
    key === 'archive' && counted !== null
      ? { type: counted[1], count: Number(counted[2]) }
      : /^\d+$/.test(value)
        ? Number(value)
        : value;
  const read = retentionSchema.safeParse({ [key]: given });
  if (read.success) return read.data[key];
  throw new Failure('usage', {
    operation: `read ${option}`,
    place: `${key}=${value}`,
    problem: `this is no value of ${key}`,
    hint: hints[key],
  });
}

const hints: Readonly<Record<PolicyKey, string>> = {
  full: 'Write a number of full backups (full=2), days (full=14d), or full=none to keep all of them.',
  diff: 'Write a number of differential backups (diff=3), or diff=none.',
  archive:
    'Write archive=follow, or archive=full:2: WAL of the last so many backups of a type. pgBackRest counts backups here, never days.',
  history: 'Write whole days (history=365d), or history=none.',
  minimum: 'Write a number of full backups (minimum=2), or minimum=none.',
};

/** A retention in words of the same form: `full=14d diff=3 archive=follow`. */
export function formatPolicy({ full, diff, archive, history, minimum }: Retention): string {
  return [
    `full=${full === undefined ? 'none' : full.by === 'count' ? full.count : `${full.days}d`}`,
    ...(diff === undefined ? [] : [`diff=${diff}`]),
    `archive=${archive === 'follow' ? archive : `${archive.type}:${archive.count}`}`,
    ...(history === undefined ? [] : [`history=${history}d`]),
    ...(minimum === undefined ? [] : [`minimum=${minimum}`]),
  ].join(' ');
}
