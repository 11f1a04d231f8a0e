import { describe, expect, it } from 'vitest';
import type { ArchiveDocument, EdgeDocument, WindowsDocument } from '../../status/document-archive.ts';
import { drawWindows } from './draw-windows.ts';

const day = (hour: number, from: EdgeDocument['timeFrom'] = 'heartbeat'): EdgeDocument => ({
  segment: '000000010000000000000009',
  time: new Date(Date.UTC(2026, 10, 20, hour)).toISOString(),
  timeFrom: from,
});
const now = Date.UTC(2026, 10, 20, 20);

const windows: WindowsDocument = {
  claimed: { set: 'A', from: day(0, 'set'), to: day(20, 'stored') },
  contiguous: [
    { set: 'A', from: day(0, 'set'), to: day(8) },
    { set: 'B', from: day(12, 'set'), to: day(20) },
  ],
  holes: [
    {
      timeline: 1,
      first: '00000001000000000000000A',
      last: '00000001000000000000000B',
      segments: 2,
      lostFrom: day(8),
      lostTo: { set: 'B', time: day(12).time ?? '' },
      why: 'lost',
    },
  ],
  proven: [{ set: 'A', until: day(4).time, text: 'at=2026-11-20T05:00:00Z' }],
  unusable: [],
};

const archive = (change: Partial<ArchiveDocument> = {}): ArchiveDocument => ({
  stanza: 'main',
  repository: 'local',
  observedAt: new Date(now).toISOString(),
  archiveId: '15-1',
  followed: { timeline: 1, from: 'primary' },
  windows,
  timelines: [],
  foreign: [],
  duplicates: [],
  partials: [],
  findings: [],
  ...change,
});

const linesOf = (archives: readonly ArchiveDocument[], columns = 79): string[] =>
  drawWindows(archives, now, columns).split('\n');

describe('drawn windows', () => {
  it('have three bars on one axis, with the hole where it is', () => {
    const [axis, claimed, contiguous, proven] = linesOf([archive()]);
    expect(axis).toBe(`${' '.repeat(19)}2026-11-20 00:00${' '.repeat(22)}2026-11-20 20:00 (now)`);
    expect(claimed).toBe(`local  claimed     ${'-'.repeat(60)}`);
    expect(contiguous).toBe(`       contiguous  ${'='.repeat(24)}${'X'.repeat(13)}${'='.repeat(23)}`);
    expect(proven).toBe(`       proven      ${' '.repeat(12)}*`);
  });

  it('are named with their times, and holes with what is missing', () => {
    const text = drawWindows([archive()], now, 80);
    expect(text).toContain('from 2026-11-20 00:00:00 UTC (set A) to 2026-11-20 08:00:00 UTC');
    expect(text).toContain(
      'HOLE from 2026-11-20 08:00:00 UTC to 2026-11-20 12:00:00 UTC (set B): missing 00000001000000000000000A to 00000001000000000000000B (2 segments)',
    );
    expect(text).toContain('proven: A (at=2026-11-20T05:00:00Z)');
  });

  it('show a hole that is much too short for a column', () => {
    const [hole] = windows.holes;
    if (hole === undefined) throw new Error('there is one');
    const instant = { ...hole, lostFrom: day(8), lostTo: { set: 'B', time: day(8).time ?? '' } };
    const joined = { set: 'A', from: day(0, 'set'), to: day(20) };
    const drawn = linesOf([archive({ windows: { ...windows, contiguous: [joined], holes: [instant] } })]);
    expect(drawn[2]).toMatch(/=X=/);
  });

  it('fit any width', () => {
    for (const columns of [40, 60, 80, 120, 200]) {
      const bars = linesOf(
        [archive(), archive({ repository: 'a-repository-with-a-long-name' })],
        columns,
      ).slice(1, 7);
      for (const bar of bars) expect(bar.length).toBeLessThanOrEqual(Math.max(columns, 58));
    }
  });

  it('call a set from before an upgrade by what it is for', () => {
    const unusable = [
      { set: 'A', problem: 'it is of an earlier database', why: 'former' },
      { set: 'B', problem: 'WAL is missing', why: 'broken' },
    ] as const;
    const text = drawWindows([archive({ windows: { ...windows, unusable } })], now, 80);
    expect(text).toContain('set A is for the former database alone: it is of an earlier database');
    expect(text).toContain('set B cannot be restored: WAL is missing');
  });

  it('say what is not known, and that nothing can be restored', () => {
    const unknown = archive({ windows: undefined, unknown: 'no route', observedAt: undefined });
    expect(drawWindows([unknown], now, 80)).toBe('local, timeline 1\n  not known now: no route\n');
    const nothing = archive({
      windows: { ...windows, contiguous: [], claimed: undefined, holes: [], proven: [] },
    });
    expect(drawWindows([nothing], now, 80)).toContain('nothing can be restored from here');
  });
});
