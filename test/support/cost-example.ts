import { applyAssumptions, parseAssumptions } from '../../src/cost/assume.ts';
import { baseScenario, type CostBase, parseScenario } from '../../src/cost/cost-scenario.ts';
import type { RepositoryCost } from '../../src/cost/describe-cost.ts';
import { forecastCost } from '../../src/cost/forecast-cost.ts';
import { measureStore } from '../../src/cost/measure-store.ts';
import { monthMs } from '../../src/cost/price-usage.ts';
import { plainLine } from '../../src/jobs/schedule/schedule-simulation.ts';
import type { ScheduleLine } from '../../src/model/schedule-line.ts';
import { parseEngineVersion } from '../../src/model/engine-version.ts';
import { scheduledEvents } from '../../src/retention/scheduled-events.ts';

/** A line of a schedule without specialities, for the repositories `local` and `offsite`. */
export function exampleLine(job: ScheduleLine['job'], cron: string): ScheduleLine {
  return plainLine(job, cron);
}

/** A year of a repository at Backblaze, beside two other ways. */
export function costExample(repository: string): RepositoryCost {
  const now = Date.UTC(2026, 10, 20);
  const to = now + 12 * monthMs;
  const lines = [
    exampleLine('full', '0 2 * * 0'),
    exampleLine('diff', '0 2 * * 1-6'),
    exampleLine('drill', '0 5 * * 6'),
  ];
  const base: CostBase = {
    retention: { full: { by: 'time', days: 14 }, diff: undefined, archive: 'follow', history: undefined },
    provider: 'backblaze',
    ownPrice: undefined,
    compression: { type: 'zst', level: 1 },
  };
  const empty = measureStore([], {}, undefined, true);
  const assumed = parseAssumptions(['full=200GiB,diff=10GiB,wal=30GiB,growth=200MiB']);
  const measures = applyAssumptions(empty, assumed, { bundle: true, segmentBytes: 16 * 2 ** 20 });
  const engine = parseEngineVersion('2.60');
  if (engine === undefined) throw new Error('version');
  const whatIf = ['provider=wasabi', 'provider=r2 full=30d compress=lz4:1', 'provider=aws class=standard-ia'];
  return {
    repository,
    measures,
    assumed: ['sizes of an example'],
    scenarios: [baseScenario(base), ...whatIf.map((text) => parseScenario(text, base))].map((scenario) => ({
      scenario,
      forecast: forecastCost({
        repository: 'local',
        begin: { now, sets: [], wal: [] },
        events: scheduledEvents(lines, 'local', { from: now, to }),
        lines,
        to,
        rules: { retention: scenario.retention, engine, expireBy: 'holdfast', duration: () => 60_000 },
        measures,
        factor: scenario.factor,
        price: scenario.price,
      }),
    })),
  };
}
