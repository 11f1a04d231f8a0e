import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unifiedDiff } from './unified-diff.ts';

const names = { before: 'a', after: 'b' };

/** Applies a difference as patch(1) would, trusting its line numbers. */
function applyDiff(before: string, diff: string): string {
  const source = before === '' ? [] : before.slice(0, -1).split('\n');
  const result: string[] = [];
  let at = 0;
  for (const line of diff.split('\n').slice(2, -1)) {
    const start = /^@@ -(\d+),(\d+)/.exec(line);
    if (start) {
      const next = Number(start[1]) - (start[2] === '0' ? 0 : 1);
      result.push(...source.slice(at, next));
      at = next;
    } else if (line.startsWith('+')) result.push(line.slice(1));
    else {
      if (line.startsWith(' ')) result.push(line.slice(1));
      expect(source[at]).toBe(line.slice(1));
      at += 1;
    }
  }
  result.push(...source.slice(at));
  return result.map((line) => `${line}\n`).join('');
}

describe('unifiedDiff', () => {
  it('shows a change with its surroundings', () => {
    expect(unifiedDiff('1\n2\n3\n4\n5\n6\n', '1\n2\n3\n4\nfive\n6\n', names)).toBe(
      '--- a\n+++ b\n@@ -2,5 +2,5 @@\n 2\n 3\n 4\n-5\n+five\n 6\n',
    );
    expect(unifiedDiff('x\n', 'x\n', names)).toBe('');
  });

  it('leads from any text to any other', () => {
    const text = fc
      .array(fc.constantFrom('a', 'b', 'c', '', '# d'))
      .map((lines) => lines.map((line) => `${line}\n`).join(''));
    fc.assert(
      fc.property(text, text, (before, after) => {
        const diff = unifiedDiff(before, after, names);
        expect(diff === '' ? before : applyDiff(before, diff)).toBe(after);
      }),
    );
  });
});
