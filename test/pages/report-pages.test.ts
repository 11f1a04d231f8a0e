import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createReportBed, drillReport, type ReportBed } from '../support/drill-reports.ts';

/* The page of a report in a real Chromium: on a telephone, on a screen, in the dark, on paper, and with hostile names. */
const hostile = '</pre><script>document.title="taken"</script><img src=x onerror=document.title="taken">';

let browser: Browser;
let bed: ReportBed;
let file: string;
let errors: string[];
let requests: string[];

beforeAll(async () => {
  browser = await chromium.launch({ executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium' });
  bed = createReportBed();
  for (const number of [1, 2, 3]) await bed.write(drillReport(number));
  const base = drillReport(4);
  const { files } = await bed.write({
    ...base,
    result: 'failed',
    problems: [`queries: ${hostile}`, `a name without blanks: ${'x'.repeat(300)}`],
    host: hostile,
    checks: [
      ...base.checks,
      { check: 'queries', result: 'failed', detail: hostile, elapsedMs: 12, facts: { [hostile]: hostile } },
    ],
  });
  file = files.page;
});
afterAll(async () => {
  await browser?.close();
  bed?.[Symbol.dispose]();
});
beforeEach(() => {
  errors = [];
  requests = [];
});

async function open(width: number, colorScheme: 'light' | 'dark' = 'light'): Promise<Page> {
  const page = await browser.newPage({ viewport: { width, height: 800 }, colorScheme });
  page.on('console', (message) => void (message.type() === 'error' && errors.push(message.text())));
  page.on('pageerror', (error) => void errors.push(String(error)));
  page.on('request', (request) => void requests.push(request.url()));
  await page.goto(pathToFileURL(file).href);
  return page;
}

describe('the page of a report', () => {
  it.each([400, 1200])('fits into %d pixels, with every bar and label in sight', async (width) => {
    const page = await open(width);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
    const bars = await page.locator('svg.phases rect.phase').all();
    expect(bars).toHaveLength(drillReport(4).phases.length);
    for (const part of [...bars, ...(await page.locator('svg.phases text').all())]) {
      const box = await part.boundingBox();
      expect(box?.width).toBeGreaterThan(0);
      expect(box?.x).toBeGreaterThanOrEqual(0);
      expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(width);
    }
    expect(await page.locator('svg.trend').count()).toBeGreaterThan(3);
    await page.close();
  });

  it('runs nothing, loads nothing and says so to nobody', async () => {
    const page = await open(1200);
    await page.locator('details').first().click();
    expect(await page.title()).toBe('Drill of main, 2026-11-24: failed');
    expect(await page.locator('script, img, link, iframe').count()).toBe(0);
    expect(requests).toEqual([pathToFileURL(file).href]);
    expect(errors).toEqual([]);
    expect(await page.locator('td').getByText('onerror=').count()).toBeGreaterThan(0);
    await page.close();
  });

  it('can be read aloud: pictures have a name and a description, tables have headers', async () => {
    const page = await open(1200);
    await expect(page.getByRole('img', { name: /^Phases of the drill/ }).count()).resolves.toBe(1);
    for (const picture of await page.getByRole('img').all())
      expect(await picture.locator('desc').first().textContent()).toMatch(/\d/);
    for (const table of await page.getByRole('table').all())
      expect(await table.locator('th[scope]').count()).toBeGreaterThan(0);
    expect(await page.locator('html').getAttribute('lang')).toBe('en');
    await page.close();
  });

  it.each(['light', 'dark'] as const)('has enough contrast when it is %s', async (scheme) => {
    const page = await open(1200, scheme);
    const ratios = await page.evaluate(`(() => {
      const numbers = (color) => color.match(/[\\d.]+/g).map(Number);
      const luminance = (color) => {
        const [r, g, b] = numbers(color).map((part) => part / 255)
          .map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
      };
      const paper = luminance(getComputedStyle(document.body).backgroundColor);
      return [...document.querySelectorAll('h1, h2, p, td, th, pre, figcaption')].map((element) => {
        const ink = luminance(getComputedStyle(element).color);
        return (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
      });
    })()`);
    expect(Math.min(...(ratios as number[]))).toBeGreaterThan(4.5);
    await page.close();
  });

  it('can be printed: dark ink on white, nothing cut off', async () => {
    const page = await open(1200, 'dark');
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(255, 255, 255)');
    await page.setViewportSize({ width: 680, height: 960 });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(680);
    const paper = await page.pdf({ format: 'A4' });
    expect(paper.subarray(0, 4).toString()).toBe('%PDF');
    if (process.env['KEEP_PAGES'] !== undefined) {
      writeFileSync(join(process.env['KEEP_PAGES'], 'report.pdf'), paper);
      await page.emulateMedia({ media: 'screen', colorScheme: 'light' });
      for (const width of [400, 1200]) {
        await page.setViewportSize({ width, height: 800 });
        const path = join(process.env['KEEP_PAGES'], `report-${width}.png`);
        await page.screenshot({ path, fullPage: true });
      }
    }
    await page.close();
  });
});
