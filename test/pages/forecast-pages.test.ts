import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drawCost } from '../../src/cost/picture/draw-cost.ts';
import { renderCostPage } from '../../src/cost/picture/render-cost-page.ts';
import type { RepositoryRetention } from '../../src/retention/document-retention.ts';
import { drawRetention } from '../../src/retention/picture/draw-retention.ts';
import { writePicture } from '../../src/retention/picture/picture.ts';
import { renderRetentionPage } from '../../src/retention/picture/render-retention-page.ts';
import { costExample } from '../support/cost-example.ts';
import { retentionExample } from '../support/retention-example.ts';

/* Pages and pictures of forecasts in a real Chromium: nothing overlaps, nothing is cut off, both color schemes, paper. */
const retentions: readonly RepositoryRetention[] = [
  retentionExample('local', 60),
  retentionExample('a-repository-with-a-name-that-is-long', 5),
  retentionExample('years', 1500),
];
const files = {
  'retention.html': renderRetentionPage('main', retentions),
  'cost.html': renderCostPage('main', [costExample('offsite')]),
  'retention.svg': writePicture(retentions.map((one, index) => drawRetention(one, `retention-${index}`))),
  'cost.svg': writePicture([drawCost(costExample('offsite'), 'cost')]),
};
type File = keyof typeof files;

let browser: Browser;
let directory: string;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'hf-pages-'));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(directory, name), content);
  browser = await chromium.launch({ executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium' });
});
afterAll(async () => {
  await browser?.close();
  rmSync(directory, { recursive: true });
});

async function open(file: File, width: number, colorScheme: 'light' | 'dark' = 'light'): Promise<Page> {
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
  await page.goto(pathToFileURL(join(directory, file)).href);
  if (process.env['KEEP_PAGES'] !== undefined) {
    const path = join(process.env['KEEP_PAGES'], `${file}-${width}-${colorScheme}.png`);
    await page.screenshot({ path, fullPage: file.endsWith('.html') });
  }
  return page;
}

interface Box {
  readonly text: string;
  readonly picture: number;
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Letters of each picture, in its own pixels. */
async function boxesOf(page: Page): Promise<{ labels: readonly Box[]; pictures: readonly Box[] }> {
  return page.evaluate(`(() => {
    const box = (element, picture, text) => {
      const { left, top, right, bottom } = element.getBoundingClientRect();
      return { text, picture, left, top, right, bottom };
    };
    const all = [...document.querySelectorAll('svg[role=img]')];
    return {
      pictures: all.map((one, index) => box(one, index, '')),
      labels: all.flatMap((one, index) => [...one.querySelectorAll('text')].map((text) => box(text, index, text.textContent))),
    };
  })()`) as Promise<{ labels: readonly Box[]; pictures: readonly Box[] }>;
}

function overlap(left: Box, right: Box): boolean {
  const room = 1;
  return (
    left.picture === right.picture &&
    left.left < right.right - room &&
    right.left < left.right - room &&
    left.top < right.bottom - room &&
    right.top < left.bottom - room
  );
}

describe.each(Object.keys(files) as File[])('%s', (file) => {
  it('has no label upon another one, and none outside of its picture', async () => {
    const page = await open(file, 1100);
    const { labels, pictures } = await boxesOf(page);
    expect(labels.length).toBeGreaterThan(10);
    const upon = labels.flatMap((one, index) =>
      labels
        .slice(index + 1)
        .flatMap((other) => (overlap(one, other) ? [`${one.text} / ${other.text}`] : [])),
    );
    expect(upon).toEqual([]);
    const outside = labels.filter(({ picture, left, right, top, bottom }) => {
      const frame = pictures[picture];
      return (
        frame === undefined ||
        left < frame.left - 1 ||
        right > frame.right + 1 ||
        top < frame.top - 1 ||
        bottom > frame.bottom + 1
      );
    });
    expect(outside.map(({ text }) => text)).toEqual([]);
    await page.close();
  });

  it.each(['light', 'dark'] as const)('has enough contrast when it is %s', async (scheme) => {
    const page = await open(file, 1100, scheme);
    const ratios = (await page.evaluate(`(() => {
      const luminance = (color) => {
        const [r, g, b] = color.match(/[\\d.]+/g).map(Number).map((part) => part / 255)
          .map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
      };
      const sheet = document.querySelector('rect.paper');
      const paper = luminance(sheet ? getComputedStyle(sheet).fill : getComputedStyle(document.body).backgroundColor);
      const ratio = (color) => {
        const ink = luminance(color);
        return (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
      };
      const letters = [...document.querySelectorAll('svg text')].map((one) => ratio(getComputedStyle(one).fill));
      const lines = [...document.querySelectorAll('svg line.full, svg line.diff, svg line.incr')]
        .map((one) => ratio(getComputedStyle(one).stroke));
      const bars = [...document.querySelectorAll('svg .one, svg .two, svg .three')].map((one) => ratio(getComputedStyle(one).fill));
      return { letters: Math.min(...letters), shapes: Math.min(...lines, ...bars) };
    })()`)) as { letters: number; shapes: number };
    expect(ratios.letters).toBeGreaterThan(4.5);
    // What is not text: WCAG 2.2, 1.4.11.
    expect(ratios.shapes).toBeGreaterThan(3);
    await page.close();
  });
});

describe.each(['retention.html', 'cost.html'] as const)('%s', (file) => {
  it.each([400, 1100])('fits into %d pixels', async (width) => {
    const page = await open(file, width);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
    await page.close();
  });

  it('can be read aloud and runs nothing', async () => {
    const page = await open(file, 1100);
    for (const picture of await page.getByRole('img').all())
      expect(await picture.locator('desc').first().textContent()).toMatch(/\d/);
    for (const table of await page.getByRole('table').all())
      expect(await table.locator('th[scope]').count()).toBeGreaterThan(0);
    expect(await page.locator('script, img, link, iframe').count()).toBe(0);
    await page.close();
  });

  it('can be printed: dark ink on white, nothing cut off', async () => {
    const page = await open(file, 1100, 'dark');
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    await page.setViewportSize({ width: 680, height: 960 });
    expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(255, 255, 255)');
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(680);
    const cut = await page.evaluate(
      `[...document.querySelectorAll('.picture')].filter((one) => one.scrollWidth > one.clientWidth + 1).length`,
    );
    expect(cut).toBe(0);
    await page.close();
  });
});
