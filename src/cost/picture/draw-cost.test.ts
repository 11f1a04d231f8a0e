import { parse } from 'parse5';
import { expect, it } from 'vitest';
import { costExample } from '../../../test/support/cost-example.ts';
import { writePicture } from '../../retention/picture/picture.ts';
import { valueTicks } from '../../retention/picture/value-axis.ts';
import { drawCost } from './draw-cost.ts';
import { renderCostPage } from './render-cost-page.ts';

it('is the same each time, names nothing outside and takes no name for markup', () => {
  const hostile = '</svg><script>x</script>"';
  const page = renderCostPage(hostile, [costExample(hostile)]);
  expect(page).toBe(renderCostPage(hostile, [costExample(hostile)]));
  expect(page.replaceAll('xmlns="http://www.w3.org/2000/svg"', '')).not.toMatch(
    /https?:|\bsrc=|\bhref=|url\(|<script/i,
  );
  const errors: string[] = [];
  parse(page, { onParseError: ({ code }) => void errors.push(code) });
  expect(errors).toEqual([]);
  expect(writePicture([drawCost(costExample(hostile), 'one')])).not.toContain('<script');
});

it('draws a bar for each part of each month, and one for each scenario', () => {
  const picture = drawCost(costExample('offsite'), 'one');
  expect(picture.body.text.match(/US dollars<\/title>/g)).toHaveLength(3 * 12);
  expect(picture.body.text).toContain('What 12 months come to, US dollars');
  expect(picture.description).toMatch(/^0 B now, .* after 12 months\. together [\d.]+ US dollars/);
});

it('has round values on its axes', () => {
  expect(valueTicks(8.4, 4)).toEqual([0, 2.5, 5, 7.5]);
  expect(valueTicks(0, 4)).toEqual([0]);
  expect(valueTicks(1000 * 2 ** 30, 5, 2).map((bytes) => bytes / 2 ** 30)).toEqual([0, 256, 512, 768]);
});
