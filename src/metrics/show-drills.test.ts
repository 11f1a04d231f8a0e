import { expect, it } from 'vitest';
import { drillReport } from '../../test/support/drill-reports.ts';
import { showOn } from '../../test/support/shown-gauges.ts';
import { showDrills } from './show-drills.ts';

it('tells when a repository was drilled, how that ended, and only what was measured', () => {
  const place = { stanza: 'main', repository: 'local' };
  const measured = { ...drillReport(1).measured, rpoSeconds: null };
  const drill = {
    ...place,
    id: 'drill-1',
    endedAt: 5000,
    passed: false,
    set: 'F',
    problems: ['x'],
    measured,
  };
  const page = showOn((gauges) => showDrills(gauges, [drill]));
  const value = (name: string): number => page.value(`holdfast_${name}`, place);
  expect(value('last_drill_timestamp_seconds')).toBe(5);
  expect(value('last_drill_passed')).toBe(0);
  expect(value('drill_rto_seconds')).toBe(81);
  expect(value('drill_restore_bytes_per_second')).toBe(70_000_000);
  expect(value('drill_replay_bytes_per_second')).toBe(24_000_000);
  expect(page.has('holdfast_drill_rpo_seconds')).toBe(false);
});
