import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyEdits, editOf } from './apply-fixes.ts';
import { LintDocument } from './lint-document.ts';

describe('applyEdits', () => {
  it('replaces, inserts and removes', () => {
    const edits = [
      { start: 4, end: 5, replacement: 'EE' },
      { start: 0, end: 1, replacement: '' },
      { start: 2, end: 2, replacement: '+' },
    ];
    expect(applyEdits('abcdef', edits).text).toBe('b+cdEEf');
  });

  it('makes the first of two that overlap and gives the other back', () => {
    const first = { start: 1, end: 4, replacement: 'x' };
    const second = { start: 3, end: 5, replacement: 'y' };
    expect(applyEdits('abcdef', [second, first])).toEqual({
      text: 'axef',
      applied: [first],
      refused: [second],
    });
  });

  it('makes the same edit once', () => {
    const edit = { start: 0, end: 1, replacement: 'x' };
    expect(applyEdits('ab', [edit, { ...edit }])).toEqual({ text: 'xb', applied: [edit], refused: [] });
  });

  it('refuses what lies outside of the text', () => {
    expect(applyEdits('ab', [{ start: 1, end: 9, replacement: '' }]).refused).toHaveLength(1);
  });

  it('leaves everything outside of the edits as it was', () => {
    const edit = fc
      .tuple(fc.nat(30), fc.nat(5), fc.string({ maxLength: 4 }))
      .map(([start, length, replacement]) => ({ start, end: start + length, replacement }));
    fc.assert(
      fc.property(
        fc.string({ minLength: 20, maxLength: 40 }),
        fc.array(edit, { maxLength: 6 }),
        (text, edits) => {
          const { text: result, applied } = applyEdits(text, edits);
          const removed = applied.reduce((sum, { start, end }) => sum + end - start, 0);
          const added = applied.reduce((sum, { replacement }) => sum + replacement.length, 0);
          expect(result).toHaveLength(text.length - removed + added);
          expect(result.startsWith(text.slice(0, applied[0]?.start ?? text.length))).toBe(true);
          expect(result.endsWith(text.slice(applied.at(-1)?.end ?? 0))).toBe(true);
        },
      ),
    );
  });
});

describe('editOf', () => {
  // The second line stands indented in the file: every line but the first has two blanks before it.
  const root = new LintDocument('a.md', { kind: 'markdown', text: '- x\n  one=1\n  two=2\n  three=3\n' });
  const inner = new LintDocument('a.md', {
    kind: 'pgbackrest-conf',
    text: 'one=1\ntwo=2\nthree=3\n',
    container: root,
    segments: [
      { start: 0, origin: 6 },
      { start: 6, origin: 14 },
      { start: 12, origin: 22 },
    ],
  });
  const fixed = (start: number, end: number, replacement: string): string | undefined => {
    const edit = editOf({ place: { document: inner, start, end }, replacement });
    return edit && applyEdits(root.text, [edit]).text;
  };

  it('replaces a value in a part of a file', () => {
    expect(fixed(10, 11, '9')).toBe('- x\n  one=1\n  two=9\n  three=3\n');
  });

  it('removes a whole line with the indent that it has in the file', () => {
    expect(fixed(6, 12, '')).toBe('- x\n  one=1\n  three=3\n');
    expect(fixed(12, 20, '')).toBe('- x\n  one=1\n  two=2\n');
  });

  it('refuses what goes over lines that are indented in the file, or would need an indent', () => {
    expect(fixed(0, 12, '')).toBeUndefined();
    expect(fixed(0, 5, 'a\nb')).toBeUndefined();
  });
});
