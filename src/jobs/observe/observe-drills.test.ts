import { afterEach, beforeEach, expect, it } from 'vitest';
import { createReportBed, drillReport, type ReportBed } from '../../../test/support/drill-reports.ts';
import { observeDrills } from './observe-drills.ts';

let bed: ReportBed;
beforeEach(() => {
  bed = createReportBed();
});
afterEach(() => bed[Symbol.dispose]());

function observe() {
  const [stanza] = bed.configuration.stanzas;
  if (stanza === undefined) throw new Error('no stanza');
  return observeDrills(bed.journal, stanza).map(
    ({ id, passed, repository }) => `${id} ${repository} ${passed}`,
  );
}

it('finds the newest drill of each repository that came to an end of its own', async () => {
  expect(observe()).toEqual([]);
  const [first, second, third] = [1, 2, 3].map((number) => drillReport(number));
  if (first === undefined || second === undefined || third === undefined) throw new Error('none');
  await bed.write(first);
  await bed.write({ ...second, result: 'failed', problems: ['read: a page is broken'] });
  await bed.write({ ...third, result: 'interrupted' });
  await bed.write(drillReport(4, { stanza: 'other' }));
  expect(observe()).toEqual([`${second.id} local false`]);
});

it('forgets one that chose no repository as soon as another came further', async () => {
  const early = drillReport(1, { repository: '', result: 'failed', problems: ['there is no set'] });
  await bed.write(early);
  expect(observe()).toEqual([`${early.id}  false`]);
  const later = drillReport(2);
  await bed.write(later);
  expect(observe()).toEqual([`${later.id} local true`]);
});
