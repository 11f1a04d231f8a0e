import { expect, it } from 'vitest';
import { repository, stanza } from '../../test/support/conf-parts.ts';
import { createHttpParts } from '../../test/support/http-parts.ts';
import { readMetrics } from '../../test/support/metrics-text.ts';
import type { Looks } from '../jobs/observe/looks.ts';
import { Failure } from '../model/failure.ts';
import type { ArchiveObservation } from '../status/archive-observation.ts';
import { countLooks } from './count-looks.ts';

it('looks are counted with their result, their requests and how long they took', async () => {
  using bed = createHttpParts();
  const { metrics } = bed.parts;
  let time = 0;
  const failure = new Failure('engine-failed', { operation: 'look', problem: 'no route' });
  const looks: Looks = {
    catalogue: () => {
      time += 700;
      return Promise.reject(failure);
    },
    primary: () => Promise.reject(failure),
    archive: () => Promise.resolve({ requests: 4 } as ArchiveObservation),
  };
  const counted = countLooks(looks, { recorder: () => metrics, monotonic: () => time });
  const main = stanza('main', [], [repository(1)]);
  const { signal } = new AbortController();
  await expect(counted.catalogue(main, signal)).rejects.toBe(failure);
  const known = { primary: () => Promise.reject(failure), whole: false, recheck: 1 };
  for (let index = 0; index < 2; index += 1) await counted.archive(main, repository(1), known, signal);
  const page = readMetrics(await metrics.render());
  const value = (name: string, labels: Record<string, string>) => page.value(`holdfast_look${name}`, labels);
  expect(value('s_total', { look: 'catalogue', stanza: 'main', repository: '', result: 'failed' })).toBe(1);
  expect(value('s_total', { look: 'archive', repository: 'r1', result: 'ok' })).toBe(2);
  expect(value('_requests_total', { look: 'archive', stanza: 'main', repository: 'r1' })).toBe(8);
  expect(value('_duration_seconds_bucket', { look: 'catalogue', le: '0.5' })).toBe(0);
  expect(value('_duration_seconds_sum', { look: 'catalogue' })).toBe(0.7);
});
