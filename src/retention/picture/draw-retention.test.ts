import { parse } from 'parse5';
import { expect, it } from 'vitest';
import { plainLine } from '../../jobs/schedule/schedule-simulation.ts';
import { parseEngineVersion } from '../../model/engine-version.ts';
import type { RepositoryRetention } from '../document-retention.ts';
import { scheduledEvents } from '../scheduled-events.ts';
import { simulateRetention } from '../simulate-retention.ts';
import { noSizes } from '../size-model.ts';
import { drawRetention } from './draw-retention.ts';
import { writePicture } from './picture.ts';
import { renderRetentionPage } from './render-retention-page.ts';
import { timeTicks } from './time-axis.ts';

const start = Date.UTC(2026, 10, 20);
const day = 86_400_000;

function simulated(repository = 'local', days = 60): RepositoryRetention {
  const retention = {
    full: { by: 'count' as const, count: 2 },
    diff: undefined,
    archive: 'follow' as const,
    history: undefined,
  };
  const engine = parseEngineVersion('2.60');
  if (engine === undefined) throw new Error('version');
  const events = scheduledEvents([plainLine('full', '0 2 * * 0')], 'local', {
    from: start,
    to: start + days * day,
  });
  const rules = { retention, engine, expireBy: 'holdfast', duration: () => 60_000, sizes: noSizes } as const;
  const begin = { now: start, sets: [], wal: [] };
  return {
    repository,
    retention,
    origin: 'empty',
    expireBy: 'holdfast',
    assumed: [],
    simulated: simulateRetention(begin, events, start + days * day, rules),
  };
}

it('draws each set and says the same in words', () => {
  const picture = drawRetention(simulated(), 'one');
  expect(picture.body.text.match(/<line class="full"/g)).toHaveLength(9 + 1);
  expect(picture.description).toContain(
    'since the first full set went, every moment of at least the last 7.0 days',
  );
  expect(picture.body.text).toContain('never less than 7.0 days');
});

it('is the same each time, names nothing outside and takes no name for markup', () => {
  const hostile = '</svg><script>x</script>"';
  const page = renderRetentionPage(hostile, [simulated(hostile), simulated()]);
  expect(page).toBe(renderRetentionPage(hostile, [simulated(hostile), simulated()]));
  expect(page.replaceAll('xmlns="http://www.w3.org/2000/svg"', '')).not.toMatch(
    /https?:|\bsrc=|\bhref=|url\(|<script/i,
  );
  const errors: string[] = [];
  parse(page, { onParseError: ({ code }) => void errors.push(code) });
  expect(errors).toEqual([]);
  expect(new Set(page.match(/ id="[^"]+"/g)).size).toBe(page.match(/ id="[^"]+"/g)?.length);
  expect(writePicture([drawRetention(simulated(hostile), 'one')])).not.toContain('<script');
});

it('names days, weeks, months or years, as many as there is room for', () => {
  const labels = (days: number): readonly string[] =>
    timeTicks(start, start + days * day, 8).map(({ label }) => label);
  expect(labels(5)).toEqual(['20 Nov', '21 Nov', '22 Nov', '23 Nov', '24 Nov', '25 Nov']);
  expect(labels(30)).toEqual(['23 Nov', '30 Nov', '7 Dec', '14 Dec']);
  expect(labels(120)).toEqual(['Dec 2026', 'Jan 2027', 'Feb 2027', 'Mar 2027']);
  expect(labels(365)).toEqual(['Jan 2027', 'Mar 2027', 'May 2027', 'Jul 2027', 'Sep 2027', 'Nov 2027']);
  for (let days = 1; days < 3660; days += 17) expect(labels(days).length).toBeLessThanOrEqual(8);
});
