import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { backdateSets } from '../support/backdate-sets.ts';
import { createExpireBed, type ExpireBed } from './expire-bed.ts';

interface RetentionDocument {
  readonly written: readonly string[];
  readonly repositories: readonly {
    readonly policy: string;
    readonly assumed: readonly string[];
    readonly sets: readonly {
      readonly label: string;
      readonly real: boolean;
      readonly goneAt: string | null;
      readonly reason: string | null;
      readonly keptBy: readonly string[];
    }[];
    readonly days: readonly {
      readonly sets: readonly string[];
      readonly windows: readonly { readonly from: string; readonly to: string }[];
    }[];
  }[];
}

interface CostDocument {
  readonly repositories: readonly {
    readonly measures: Readonly<Record<string, { readonly value: number; readonly from: string } | null>> & {
      readonly objects: Readonly<Record<string, { readonly value: number; readonly from: string } | null>>;
    };
    readonly scenarios: readonly {
      readonly title: string;
      readonly price: { readonly provider: string; readonly source: string } | null;
      readonly nowBytes: number;
      readonly total: number | null;
      readonly months: readonly { readonly storage: number | null }[];
      readonly restore: { readonly bytes: number; readonly cost: number | null };
    }[];
  }[];
}

/* Both commands over a real repository: what is there is what they begin with, and what they say goes really goes. */
describe('forecasts of a real repository', () => {
  let bed: ExpireBed;
  let labels: readonly string[];
  beforeAll(async () => {
    bed = await createExpireBed({
      name: 'forecast',
      repositories: { local: { retention: { full: '14d' }, price: { storage: 0.01, put: 0.005 } } },
      keys: { schedule: { full: '0 2 * * 0', diff: '0 2 * * 1-6' } },
    });
    const taken: string[] = [];
    for (const type of ['full', 'diff', 'full', 'full'] as const) taken.push(await bed.take(type));
    labels = taken;
    const [first = '', diff = '', second = '', third = ''] = taken;
    backdateSets(bed.bed.configuration.repository('local'), 'main', {
      [first]: 40,
      [diff]: 39,
      [second]: 20,
      [third]: 5,
    });
    await bed.bed.mustRun(['pin', diff, '--until', '30d']);
  });
  afterAll(() => bed[Symbol.asyncDispose]());

  async function simulate(...args: readonly string[]): Promise<RetentionDocument> {
    const result = await bed.bed.mustRun(['retention', 'simulate', '--from', 'now', '--json', ...args]);
    return result.json<RetentionDocument>();
  }

  it('says before what an expire removes, with pins and without them', async () => {
    const [first = '', diff = '', second = '', third = ''] = labels;
    const [repository] = (await simulate('--days', '60')).repositories;
    expect(repository?.policy).toBe('full=14d archive=follow');
    // Its WAL was looked at, and goes on without a hole from the oldest set.
    expect(repository?.assumed).toEqual([]);
    const [day] = repository?.days ?? [];
    expect(day?.windows).toHaveLength(1);
    const [window] = day?.windows ?? [];
    const back = Date.parse(window?.to ?? '') - Date.parse(window?.from ?? '');
    expect(back / 86_400_000).toBeGreaterThan(39.9);
    const lifeOf = (label: string) => repository?.sets.find((set) => set.label === label);
    expect(lifeOf(second)).toMatchObject({ real: true, reason: 'full-time' });
    expect(lifeOf(diff)?.keptBy).toEqual([expect.stringContaining('pinned until')]);
    expect(lifeOf(first)?.keptBy).toEqual([`needed by ${diff}`]);
    const dry = await bed.bed.mustRun(['expire', '--dry-run', '--json']);
    const [now] = dry.json<{ repositories: { sets: string[]; kept: { label: string }[] }[] }>().repositories;
    // The pin holds both; the engine alone would remove them with the next expire.
    expect(now?.kept.map(({ label }) => label).toSorted()).toEqual([first, diff].toSorted());
    const [plain] = (await simulate('--days', '9', '--plain')).repositories;
    const gone = plain?.sets.filter(({ real, goneAt }) => real && goneAt !== null).map(({ label }) => label);
    expect(gone).toEqual([first, diff]);
    expect(plain?.days.at(-1)?.sets.slice(0, 2)).toEqual([second, third]);
  });

  it('tries another policy, and changes nothing', async () => {
    const before = await bed.labels();
    const [repository] = (await simulate('--policy', 'full=1', '--days', '8', '--plain')).repositories;
    const real = repository?.sets.filter((set) => set.real);
    expect(real?.map(({ label, reason }) => [label, reason])).toEqual(
      labels.map((label, index) => [label, index === 1 ? 'dependent' : 'full-count']),
    );
    expect(await bed.labels()).toEqual(before);
  });

  it('writes a picture and a page once, and with --force again', async () => {
    const [svg, html] = ['x.svg', 'x.html'].map((name) => bed.bed.sandbox.file(name)) as [string, string];
    const files = ['--svg', svg, '--html', html];
    expect((await simulate(...files)).written).toEqual([svg, html]);
    expect(readFileSync(svg, 'utf8')).toContain('<title id="retention-1-title">How far back local goes');
    const again = await bed.bed.run(['retention', '--from', 'now', ...files]);
    expect([again.code, again.stderr]).toEqual([91, expect.stringContaining('--force')]);
    expect((await simulate(...files, '--force')).written).toEqual([svg, html]);
  });

  it('measures what is there and prices it, and does not guess what is not', async () => {
    const args = ['cost', '--json', '--months', '3'];
    const refused = await bed.bed.run([...args]);
    expect(refused.code).toBe(98);
    expect(refused.json<{ error: { problem: string; hint: string } }>().error).toMatchObject({
      problem: 'nothing tells how large these are: wal',
      hint: expect.stringContaining('--assume wal=1GiB'),
    });
    const result = await bed.bed.mustRun([...args, '--assume', 'wal=1GiB', '--what-if', 'provider=wasabi']);
    const [repository] = result.json<CostDocument>().repositories;
    const info = await bed.bed.run(['info', '--json']);
    const [stored] = info.json<{
      repositories: { sets: { label: string; repositoryDeltaSize: number }[] }[];
    }>().repositories;
    const size = (label = ''): number =>
      stored?.sets.find((set) => set.label === label)?.repositoryDeltaSize ?? 0;
    expect(repository?.measures['full']).toMatchObject({ value: size(labels[3]), from: 'measured' });
    expect(repository?.measures['diff']).toMatchObject({ value: size(labels[1]), from: 'measured' });
    expect(repository?.measures['growthPerDay']).toMatchObject({ from: 'measured' });
    const listed = await bed.engine('repo-ls', '--repo=1', '--recurse', `backup/main/${labels[3]}`);
    const files = listed
      .split('\n')
      .filter((line) => /\.(?:zst|gz|copy|manifest|lz4)$|bundle\/\d+$/.test(line));
    expect(repository?.measures.objects['full']?.value).toBe(files.length);
    const [asItIs, wasabi] = repository?.scenarios ?? [];
    expect(asItIs?.price?.source).toBe('holdfast.yaml');
    expect(asItIs?.nowBytes).toBeGreaterThanOrEqual(labels.reduce((sum, label) => sum + size(label), 0));
    expect(asItIs?.months.every(({ storage }) => (storage ?? 0) > 0)).toBe(true);
    // Nobody knows what reading from there costs.
    expect(asItIs?.restore.cost).toBeNull();
    expect(wasabi?.price?.provider).toBe('wasabi');
    expect(wasabi?.total).toBeGreaterThan(3 * 7.9);
  });

  it('refuses what it cannot simulate', async () => {
    const code = async (...args: readonly string[]): Promise<number | undefined> =>
      (await bed.bed.run(args)).code;
    expect(await code('retention', '--days', '0')).toBe(64);
    expect(await code('retention', '--policy', 'full=36h')).toBe(64);
    expect(await code('retention', '--from', 'soon')).toBe(64);
    expect(await code('cost', '--what-if', 'provider=amazon')).toBe(64);
    expect(await code('cost', '--months', '400')).toBe(64);
  });
});
