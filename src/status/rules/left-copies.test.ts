import { expect, it } from 'vitest';
import { assessLeftCopies } from './left-copies.ts';

it('each copy that could not be removed is a warning that says where and why', () => {
  const left = {
    id: 'drill-1',
    stanza: 'main',
    place: '/var/lib/holdfast/copies/drill-1',
    reason: 'whoever made it is gone',
    problem: 'rm: cannot remove',
  };
  expect(assessLeftCopies([left])).toMatchObject([
    {
      rule: 'copy-left-behind',
      severity: 'warning',
      evidence: '/var/lib/holdfast/copies/drill-1: whoever made it is gone; rm: cannot remove',
    },
  ]);
  expect(assessLeftCopies([])).toEqual([]);
});
