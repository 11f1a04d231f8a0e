import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseEngineVersion } from '../../src/model/engine-version.ts';
import type { ExpirableSet } from '../../src/retention/expirable-repository.ts';
import { modelExpire, type ExpirePolicy } from '../../src/retention/model-expire.ts';
import { keepsWal } from '../../src/retention/model-archive-expiry.ts';
import { modelHistoryExpiry, modelLeftovers } from '../../src/retention/model-leftovers.ts';
import { segmentName } from '../../src/model/wal.ts';
import { engineFor, engineVersionUnderTest } from '../support/engines.ts';
import { plainLine } from '../../src/jobs/schedule/schedule-simulation.ts';
import { scheduledEvents } from '../../src/retention/scheduled-events.ts';
import { simulateRetention } from '../../src/retention/simulate-retention.ts';
import { noSizes } from '../../src/retention/size-model.ts';
import { clearOracle, createExpireOracle, type OracleContent } from '../support/expire-oracle.ts';
import { createSandbox } from '../support/sandbox.ts';

/*
 * What the model keeps is what the real engine keeps: repositories of random sets and WAL, random retentions, an expire
 * after each backup. HOLDFAST_EXPIRE_CASES says how many; each is some ten runs of the engine.
 */
const cases = Number(process.env['HOLDFAST_EXPIRE_CASES'] ?? 60);
const day = 86_400;
// A year ends in many cases: past manifests lie in directories by year.
const begin = Date.UTC(2026, 11, 20, 22, 15) / 1000;

type Step =
  | { readonly kind: 'backup'; readonly type: 'full' | 'diff' | 'incr'; readonly offline: boolean }
  | { readonly kind: 'upgrade' }
  | { readonly kind: 'promotion' }
  | { readonly kind: 'cut-off'; readonly resumable: boolean };

interface Case {
  readonly policy: ExpirePolicy;
  /** Seconds before each step, and segments of WAL that come in it. */
  readonly steps: readonly { readonly after: number; readonly segments: number; readonly step: Step }[];
  /** Number of the first segment: near the end of a directory, so that several are used. */
  readonly first: number;
}

const count = fc.integer({ min: 1, max: 5 });
const policy: fc.Arbitrary<ExpirePolicy> = fc.record({
  full: fc.oneof(
    { weight: 5, arbitrary: count.map((number) => ({ by: 'count' as const, count: number })) },
    { weight: 5, arbitrary: fc.integer({ min: 1, max: 12 }).map((days) => ({ by: 'time' as const, days })) },
    { weight: 1, arbitrary: fc.constant(undefined) },
  ),
  diff: fc.option(count, { nil: undefined }),
  archive: fc.oneof(
    { weight: 2, arbitrary: fc.constant('follow' as const) },
    {
      weight: 3,
      arbitrary: fc.record({
        type: fc.constantFrom('full' as const, 'diff' as const, 'incr' as const),
        count,
      }),
    },
  ),
  history: fc.option(fc.integer({ min: 0, max: 12 }), { nil: undefined }),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 20,
    arbitrary: fc.record({
      kind: fc.constant('backup' as const),
      type: fc.constantFrom(
        'full' as const,
        'full' as const,
        'diff' as const,
        'incr' as const,
        'incr' as const,
      ),
      offline: fc.integer({ min: 0, max: 14 }).map((number) => number === 0),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'upgrade' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'promotion' as const }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cut-off' as const), resumable: fc.boolean() }) },
);
const anyCase: fc.Arbitrary<Case> = fc.record({
  policy,
  steps: fc.array(
    fc.record({
      // Whole days often: then a set is exactly as old as the retention says.
      after: fc.oneof(fc.constantFrom(day, day / 2, 2 * day), fc.integer({ min: 1, max: 5 * day })),
      segments: fc.integer({ min: 0, max: 4 }),
      step,
    }),
    { minLength: 1, maxLength: 16, size: 'max' },
  ),
  first: fc.integer({ min: 0x1f0, max: 0x210 }),
});

function labelAt(time: number): string {
  return new Date(time * 1000)
    .toISOString()
    .replaceAll(/[-:]|\.\d+Z/g, '')
    .replace('T', '-');
}

it(`keeps what the engine keeps, in ${cases} repositories`, { timeout: 20_000 * cases }, async () => {
  const asked = engineVersionUnderTest();
  const engine = parseEngineVersion(asked);
  if (engine === undefined) throw new Error(asked);
  await using sandbox = await createSandbox('oracle');
  let runs = 0;
  let removed = 0;
  await fc.assert(
    fc.asyncProperty(anyCase, async ({ policy: asPolicy, steps, first }) => {
      clearOracle(sandbox, 'repository');
      const oracle = createExpireOracle(sandbox, engineFor(asked), 'repository');
      let [now, segment, timeline, database] = [begin, first, 1, 1];
      let sets: readonly ExpirableSet[] = [];
      const unlisted: { label: string; resumable: boolean }[] = [];
      const name = (number: number): string => segmentName({ timeline, number: BigInt(number) });
      const addWal = (number: number): void => {
        for (let added = 0; added < number; added += 1) oracle.addSegment(database, name(segment++));
      };
      for (const { after, segments, step: what } of steps) {
        now += after;
        addWal(segments);
        if (what.kind === 'promotion') {
          timeline += 1;
          oracle.addHistory(database, `0000000${timeline}`);
          continue;
        }
        if (what.kind === 'upgrade') {
          database += 1;
          timeline = 1;
          oracle.upgrade();
          addWal(1);
          continue;
        }
        const own = sets.filter(({ databaseId }) => databaseId === database);
        const full = own.findLast(({ type }) => type === 'full');
        const type = what.kind === 'backup' && full !== undefined ? what.type : 'full';
        const prior = type === 'full' ? undefined : type === 'diff' ? full : own.at(-1);
        const suffix = `${labelAt(now)}${type === 'full' ? 'F' : type === 'diff' ? 'D' : 'I'}`;
        const label = prior === undefined ? suffix : `${prior.label.slice(0, 16)}_${suffix}`;
        if (what.kind === 'cut-off') {
          oracle.addUnlisted(label, what.resumable);
          unlisted.push({ label, resumable: what.resumable });
        } else {
          const archiveStart = name(segment);
          addWal(1 + segments);
          const archive = what.offline ? undefined : { archiveStart, archiveStop: name(segment - 1) };
          const set: ExpirableSet = {
            label,
            type,
            databaseId: database,
            stopTime: now,
            archiveStart: archive?.archiveStart,
            archiveStop: archive?.archiveStop,
            prior: prior?.label,
          };
          oracle.addSet(set);
          sets = [...sets, set];
          now += after % 3;
        }
        const before = oracle.content();
        await oracle.expire(asPolicy, now);
        const found = oracle.content();
        runs += 1;
        const databases = Array.from({ length: database }, (_, index) => index + 1).filter((id) =>
          before.wal.some((one) => one.startsWith(`15-${id}/`)),
        );
        const modelled = modelExpire(
          { sets, databases, currentDatabase: database },
          asPolicy,
          now * 1000,
          engine,
        );
        const going = modelled.expired.map((one) => one.label);
        sets = sets.filter((set) => !going.includes(set.label));
        removed += going.length;
        const kept = sets.map((set) => set.label).toSorted();
        const leftovers = modelLeftovers(unlisted, { kept, expired: going }, engine);
        for (const gone of leftovers)
          unlisted.splice(
            unlisted.findIndex((one) => one.label === gone),
            1,
          );
        const walOf = (entry: string) => modelled.wal.get(Number(/-(\d+)\//.exec(entry)?.[1]));
        const expected: OracleContent = {
          labels: kept,
          directories: [...kept, ...unlisted.map((one) => one.label)].toSorted(),
          wal: before.wal.filter((entry) => {
            const wal = walOf(entry);
            return wal === undefined || keepsWal(wal, entry.split('/')[1] ?? '');
          }),
          histories: before.histories.filter((entry) => {
            const wal = walOf(entry);
            if (wal?.kind !== 'ranges') return wal?.kind !== 'none';
            return (entry.split('/')[1] ?? '').slice(0, 8) >= wal.oldestTimeline;
          }),
          manifests:
            asPolicy.history === undefined
              ? before.manifests
              : before.manifests.filter(
                  (one) =>
                    !modelHistoryExpiry(
                      before.manifests,
                      kept,
                      `${labelAt(now - (asPolicy.history ?? 0) * day)}F`,
                    ).includes(one),
                ),
        };
        expect(found).toEqual(expected);
      }
    }),
    { numRuns: cases, endOnFailure: process.env['HOLDFAST_EXPIRE_CASES'] !== undefined },
  );
  process.stdout.write(
    `pgBackRest ${asked}: ${runs} expires of ${cases} repositories, ${removed} sets removed\n`,
  );
  expect(removed).toBeGreaterThan(cases / 4);
});

const schedules = [
  [plainLine('full', '0 2 * * 0'), plainLine('diff', '0 2 * * 1-6')],
  [plainLine('full', '30 1 1,15 * *'), plainLine('diff', '0 3 * * 3'), plainLine('incr', '0 */12 * * *')],
  [plainLine('full', '0 0 * * *')],
];

it('simulates day by day what the engine leaves of a schedule', { timeout: 240_000 }, async () => {
  const asked = engineVersionUnderTest();
  const engine = parseEngineVersion(asked);
  if (engine === undefined) throw new Error(asked);
  await using sandbox = await createSandbox('oracle');
  const from = Date.UTC(2026, 10, 20);
  const to = from + 40 * day * 1000;
  await fc.assert(
    fc.asyncProperty(policy, fc.constantFrom(...schedules), async (retention, lines) => {
      clearOracle(sandbox, 'repository');
      const oracle = createExpireOracle(sandbox, engineFor(asked), 'repository');
      const rules = {
        retention,
        engine,
        expireBy: 'engine',
        duration: () => 60_000,
        sizes: noSizes,
      } as const;
      const events = scheduledEvents(lines, 'local', { from, to });
      const { days, lives } = simulateRetention({ now: from, sets: [], wal: [] }, events, to, rules);
      let midnight = from;
      for (const { at, sets } of days) {
        const today = lives.filter(({ set }) => set.stopTime * 1000 > midnight && set.stopTime * 1000 <= at);
        for (const [index, { set }] of today.entries()) {
          const segment = segmentName({
            timeline: 1,
            number: BigInt(Math.floor(set.stopTime / 3600) + index),
          });
          oracle.addSet({ ...set, archiveStart: segment, archiveStop: segment });
          await oracle.expire(retention, set.stopTime);
        }
        expect([at, oracle.content().labels]).toEqual([at, sets]);
        midnight = at;
      }
    }),
    { numRuns: Math.ceil(cases / 20) },
  );
});
