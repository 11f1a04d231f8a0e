import { expect, it } from 'vitest';
import { configuration, node, repository, stanza } from '../../test/support/conf-parts.ts';
import { showOn } from '../../test/support/shown-gauges.ts';
import type { Judgement } from '../jobs/observe/judge-now.ts';
import { showCosts } from './show-costs.ts';

const now = 1_800_000_000_000;
const own = (gigabytes: number): { readonly ownSize: number } => ({ ownSize: gigabytes * 1e9 });

/** One repository with sets and WAL of these sizes, seen just now. */
function seenWith(sets: readonly object[], walBytes: number | undefined): Judgement['seen'] {
  const looked = <Value>(value: Value): object => ({
    observedAt: now,
    value,
    staleAfterMs: 600_000,
    failure: undefined,
  });
  const catalogue = looked({ repositories: [{ name: 'repo1', code: 0, sets }] });
  const archives =
    walBytes === undefined
      ? []
      : [{ stanza: 'main', repository: 'repo1', archive: looked({ storedBytes: walBytes }) }];
  return { sightings: [{ stanza: 'main', catalogue }], archives } as unknown as Judgement['seen'];
}

const show = (
  price: NonNullable<ReturnType<typeof repository>['price']> | undefined,
  seen: Judgement['seen'],
): ReturnType<typeof showOn> =>
  showOn((gauges) => {
    const parts = configuration([
      stanza('main', [node(undefined)], [repository(1, { name: 'repo1', ...(price ? { price } : {}) })]),
    ]);
    showCosts(gauges, { configuration: parts, seen, now });
  });

const place = { stanza: 'main', repository: 'repo1' };

it('prices what sets and WAL take, each file once, beyond what is free', () => {
  const page = show({ storage: 0.02, freeGigabytes: 10 }, seenWith([own(100), own(20)], 40e9));
  expect(page.value('holdfast_repository_stored_bytes', place)).toBe(160e9);
  expect(page.value('holdfast_repository_month_cost_dollars', place)).toBeCloseTo(3, 9);
});

it('prices at least what is paid for in any case', () => {
  const page = show({ storage: 0.008, minimumGigabytes: 1000 }, seenWith([own(1)], 0));
  expect(page.value('holdfast_repository_month_cost_dollars', place)).toBeCloseTo(8, 9);
});

it('says nothing where WAL, a size or a price is not known', () => {
  expect(show({ storage: 0.02 }, seenWith([own(1)], undefined)).has('holdfast_repository_stored_bytes')).toBe(
    false,
  );
  expect(show({ storage: 0.02 }, seenWith([{}], 1)).has('holdfast_repository_stored_bytes')).toBe(false);
  const page = show(undefined, seenWith([own(1)], 1));
  expect(page.has('holdfast_repository_stored_bytes')).toBe(true);
  expect(page.has('holdfast_repository_month_cost_dollars')).toBe(false);
});
