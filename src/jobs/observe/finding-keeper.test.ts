import { expect, it } from 'vitest';
import { createHttpParts } from '../../../test/support/http-parts.ts';
import { createTravellingClock } from '../../../test/support/travelling-clock.ts';
import { waitUntil } from '../../../test/support/wait-until.ts';
import type { HealthObservations } from '../../status/health-observations.ts';
import { FindingKeeper } from './finding-keeper.ts';

it('assesses what was seen within a second once, and gives what it observed to whoever acts on it', async () => {
  using bed = createHttpParts();
  const clock = createTravellingClock(bed.now);
  const told: HealthObservations[] = [];
  const failures: unknown[] = [];
  await using keeper = new FindingKeeper({
    ...bed.parts,
    clock,
    onObserved: (seen) => void told.push(seen),
    onFailure: (error) => void failures.push(error),
    everyMs: 3_600_000,
  });
  keeper.begin();
  for (let look = 0; look < 200; look += 1) keeper.notice();
  expect(told).toEqual([]);
  clock.travelTo(clock.now() + 1000);
  await waitUntil('the first assessment', () => told.length > 0);
  expect(told).toHaveLength(1);
  for (let look = 0; look < 200; look += 1) keeper.notice();
  // The end of the pause before it is not yet the assessment.
  await Promise.resolve();
  await waitUntil('the second assessment', () => {
    clock.travelTo(clock.now() + 1000);
    return told.length > 1;
  });
  expect(told).toHaveLength(2);
  expect(told[1]?.sightings).toEqual(bed.sightings);
  expect(failures).toEqual([]);
});
