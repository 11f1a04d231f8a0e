import { describe, expect, it } from 'vitest';
import type { Problem } from '../model/source-position.ts';
import { formatProblems, problemsFailure } from './problems.ts';

const problem: Problem = {
  severity: 'error',
  rule: 'wrong-value',
  position: { file: '/f', line: 3, column: 7 },
  path: 'a.b',
  value: '12',
  problem: 'is not a path',
  expected: 'a path',
  remedy: 'Write a path.',
};

describe('problems', () => {
  it('are told with place, value, expectation and remedy', () => {
    expect(formatProblems([problem])).toBe(
      [
        '/f:3:7: error: a.b: is not a path [wrong-value]',
        '    found:    12',
        '    expected: a path',
        '    remedy:   Write a path.',
      ].join('\n'),
    );
  });

  it('become one failure that names the first and counts the errors', () => {
    const failure = problemsFailure([{ ...problem, severity: 'warning' }, problem, problem]);
    expect(failure).toMatchObject({
      kind: 'config-invalid',
      code: 66,
      place: '/f:3:7',
      problem: 'a.b: is not a path and 1 more',
    });
  });
});
