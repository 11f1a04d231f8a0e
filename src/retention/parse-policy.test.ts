import { describe, expect, it } from 'vitest';
import type { Retention } from '../model/repository.ts';
import { applyPolicy, formatPolicy, splitPolicy } from './parse-policy.ts';

const base: Retention = {
  full: { by: 'count', count: 2 },
  diff: 3,
  archive: 'follow',
  history: undefined,
};
const applied = (text: string): string => formatPolicy(applyPolicy(base, splitPolicy(text)));

describe('a policy in words', () => {
  it.each([
    ['full=14d', 'full=14d diff=3 archive=follow'],
    ['full=2w,diff=none', 'full=14d archive=follow'],
    ['archive=full:1 minimum=2', 'full=2 diff=3 archive=full:1 minimum=2'],
    ['full=none history=30d', 'full=none diff=3 archive=follow history=30d'],
    ['', 'full=2 diff=3 archive=follow'],
  ])('%s', (text, result) => expect(applied(text)).toBe(result));

  it.each([
    ['full', 'has no value'],
    ['fulll=3', 'there is no fulll'],
    ['full=0', 'this is no value of full'],
    ['full=36h', 'this is no value of full'],
    ['archive=days:14', 'this is no value of archive'],
    ['archive=none', 'this is no value of archive'],
  ])('%s is refused', (text, problem) => expect(() => applied(text)).toThrow(problem));
});
