import { describe, expect, it } from 'vitest';
import type { Terminal } from '../terminal.ts';
import { formatTable } from './format-table.ts';
import { formatAge, formatLocal, formatUtc } from './format-time.ts';
import { toJsonText } from './json-text.ts';
import { listFacts } from './list-facts.ts';
import { openProgressLine, progressText } from './progress-line.ts';
import { wrapText } from './wrap-text.ts';

describe('formatTable', () => {
  it('aligns columns and leaves no blanks at the ends of lines', () => {
    const table = formatTable(
      [{ title: 'name' }, { title: 'size', align: 'right' }],
      [
        ['a', '10 B'],
        ['longer', '1 B'],
      ],
    );
    expect(table).toBe('name    size\na       10 B\nlonger   1 B\n');
  });

  it('shows no control character of a foreign text', () => {
    expect(formatTable([{ title: 'note' }], [['a\u001B[2Jb\nc']])).toBe('note\na?[2Jb?c\n');
    expect(
      listFacts([
        ['note', '\u0007'],
        ['none', undefined],
      ]),
    ).toBe('note  ?\n');
  });
});

describe('times', () => {
  it('prints an instant in UTC and in a zone', () => {
    const instant = Date.UTC(2026, 10, 20, 9, 30, 0);
    expect(formatUtc(instant)).toBe('2026-11-20 09:30:00 UTC');
    expect(formatLocal(instant, 'Europe/Berlin')).toBe('2026-11-20 10:30:00+01:00');
    expect(formatLocal(instant, 'UTC')).toBe('2026-11-20 09:30:00+00:00');
    expect(formatLocal(instant, 'Asia/Kolkata')).toBe('2026-11-20 15:00:00+05:30');
  });

  it('says how long ago something was', () => {
    expect([10_000, 3_600_000, 5 * 3_600_000, 80 * 3_600_000].map(formatAge)).toEqual([
      'just now',
      '60 min ago',
      '5 h ago',
      '3 days ago',
    ]);
  });
});

describe('openProgressLine', () => {
  function record(interactive: boolean): { terminal: Terminal; written: string[] } {
    const written: string[] = [];
    const write = (text: string): void => void written.push(text);
    const terminal: Terminal = {
      printResult: write,
      printNote: write,
      printWarning: write,
      writeRaw: write,
      color: false,
      interactive,
      columns: 80,
      ask: undefined,
    };
    return { terminal, written };
  }

  it('prints a line every few seconds where nobody watches', () => {
    const { terminal, written } = record(false);
    let now = 0;
    const progress = openProgressLine(terminal, () => now);
    for (; now <= 12_000; now += 100) progress.update({ label: 'main', bytesDone: now, bytesTotal: 20_000 });
    progress.clear();
    expect(written).toEqual(['main  25.0%  4.9 KiB of 19.5 KiB', 'main  50.0%  9.8 KiB of 19.5 KiB']);
  });

  it('draws over one line on a terminal and takes it away at the end', () => {
    const { terminal, written } = record(true);
    let now = 0;
    const progress = openProgressLine(terminal, () => now);
    for (; now < 1000; now += 10) progress.update({ label: 'main', bytesDone: 1, bytesTotal: 2 });
    progress.clear();
    expect(written).toHaveLength(10);
    expect(written[0]).toBe('\r\u001B[Kmain  [##########..........]  50.0%  1 B of 2 B');
    expect(written.at(-1)).toBe('\r\u001B[K');
  });

  it('does without a total', () => {
    expect(progressText({ label: 'main', bytesDone: 2048, bytesTotal: undefined }, true)).toBe(
      'main  2.0 KiB',
    );
  });
});

describe('small formats', () => {
  it('folds a paragraph', () => {
    expect(wrapText('one two three four', 9)).toEqual(['one two', 'three', 'four']);
    expect(wrapText('', 9)).toEqual(['']);
  });

  it('prints a bigint in JSON as text', () => {
    expect(JSON.parse(toJsonText({ id: 7_576_138_237_890_123_456n }))).toEqual({ id: '7576138237890123456' });
  });
});
