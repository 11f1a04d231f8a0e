import { expect, it } from 'vitest';
import type { SetChoice } from './choose-set.ts';
import type { RestoreObservations } from './observations.ts';
import { resolveTarget } from './resolve-target.ts';
import type { RestoreRequest } from './restore-request.ts';

/** A set of timeline 1; the newest timeline is 3, which branched off later. */
function timelineOf(request: Partial<RestoreRequest>): number {
  const set = { archiveStop: '000000010000000000000003' };
  const choice = { repository: {}, verdict: { set } } as unknown as SetChoice;
  const observations = { timeline: { timeline: request.timeline ?? 3 } } as RestoreObservations;
  return resolveTarget(request as RestoreRequest, observations, choice).timeline;
}

it('ends an immediate restore on the timeline of its set, and every other one on the newest', () => {
  expect(timelineOf({ target: { kind: 'immediate' } })).toBe(1);
  expect(timelineOf({ target: { kind: 'immediate' }, timeline: 2 })).toBe(2);
  expect(timelineOf({ target: { kind: 'latest' } })).toBe(3);
});
