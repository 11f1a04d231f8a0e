import { array, assert, constantFrom, oneof, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readConfText } from './read-conf-text.ts';

function pairs(text: string): readonly string[] {
  return readConfText(text, 'f').entries.map((entry) => `[${entry.section}] ${entry.name}=${entry.value}`);
}

function problems(text: string): readonly string[] {
  return readConfText(text, 'f').badLines.map(({ start, end }) => text.slice(start, end));
}

describe('readConfText', () => {
  it('says that a byte order mark is in the way, which nobody sees', () => {
    const { badLines } = readConfText('\uFEFF[global]\nrepo1-path=/r\n', 'f');
    expect(badLines[0]?.problem).toContain('byte order mark');
  });

  it('reads sections and entries, trimmed, with comments only on lines of their own', () => {
    expect(
      pairs('# top\r\n[global]\r\n\trepo1-path = /var/lib/x \r\n  # note\r\n\n[main:restore]\nprocess-max=4'),
    ).toEqual(['[global] repo1-path=/var/lib/x', '[main:restore] process-max=4']);
  });

  it('takes what stands behind a value, and quotes, as part of the value', () => {
    expect(pairs('[a]\nx=1 # one\ny="2"\nz=a=b\n')).toEqual(['[a] x=1 # one', '[a] y="2"', '[a] z=a=b']);
  });

  it('keeps blanks inside the brackets of a section', () => {
    expect(readConfText('[ global ]\nx=1', 'f').sections).toEqual([{ name: ' global ', start: 0, end: 14 }]);
  });

  it('names every line that the engine refuses', () => {
    expect(problems('x=1\n[global] # g\n[]\n; old\n=1\n[a]\nword\nok=1')).toEqual([
      'x=1',
      '[global] # g',
      '[]',
      '; old',
      '=1',
      'word',
    ]);
  });

  it('keeps an empty value, which only a command that takes the option refuses', () => {
    expect(pairs('[a]\nx=\n')).toEqual(['[a] x=']);
    expect(problems('[a]\nx=\n')).toEqual([]);
  });

  it('lets a section run to the next header', () => {
    const text = '[a]\nx=1\n\n [b]\ny=2\n';
    const { sections } = readConfText(text, 'f');
    expect(sections.map(({ start, end }) => text.slice(start, end))).toEqual(['[a]\nx=1\n\n', ' [b]\ny=2\n']);
  });

  it('never loses a character: offsets lead back to names, values and whole lines', () => {
    const line = oneof(string({ unit: constantFrom(...'[]#=; \t\r\nabé"') }), constantFrom('[a]\n', 'x=1\n'));
    assert(
      property(array(line), (lines) => {
        const text = lines.join('');
        const source = readConfText(text, 'f');
        for (const entry of source.entries) {
          expect(text.slice(entry.nameStart, entry.nameStart + entry.name.length)).toBe(entry.name);
          expect(text.slice(entry.valueStart, entry.valueStart + entry.value.length)).toBe(entry.value);
          expect(text.slice(entry.lineStart, entry.lineEnd)).toMatch(/^[^\n]*\n?$/);
        }
      }),
    );
  });
});
