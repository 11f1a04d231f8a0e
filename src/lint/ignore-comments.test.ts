import { describe, expect, it } from 'vitest';
import { readIgnoreComments } from './ignore-comments.ts';

function ignored(text: string): Record<number, string[]> {
  return Object.fromEntries([...readIgnoreComments(text)].map(([line, names]) => [line, [...names]]));
}

describe('readIgnoreComments', () => {
  it('holds for the next line only', () => {
    expect(ignored('# holdfast-lint: ignore one\na=1\nb=2\n')).toEqual({ 2: ['one'] });
  });

  it('takes several rules, on one line or on several', () => {
    expect(
      ignored('# holdfast-lint: ignore one, two\n# why\n\n# holdfast-lint: ignore three\na=1\n'),
    ).toEqual({
      5: ['one', 'two', 'three'],
    });
  });

  it('holds for a command that goes on over several lines', () => {
    expect(ignored('  # holdfast-lint: ignore one\n  rm \\\n   -rf \\\n   /x\nrm -rf /x\n')).toEqual({
      2: ['one'],
      3: ['one'],
      4: ['one'],
    });
  });

  it('is taken in the comments of other languages', () => {
    expect(ignored('<!-- holdfast-lint: ignore one -->\nx\n-- holdfast-lint: ignore two\ny\n')).toEqual({
      2: ['one'],
      4: ['two'],
    });
  });

  it('holds for the whole of a fenced block that follows', () => {
    expect(ignored('<!-- holdfast-lint: ignore one -->\n\n```ini\n[global]\na=1\n```\n\nb=1\n')).toEqual({
      3: ['one'],
      4: ['one'],
      5: ['one'],
      6: ['one'],
    });
  });

  it('takes nothing that only looks like it', () => {
    expect(ignored('echo holdfast-lint: ignore one\na=1\n')).toEqual({});
  });
});
