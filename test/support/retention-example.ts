import { plainLine } from '../../src/jobs/schedule/schedule-simulation.ts';
import { parseEngineVersion } from '../../src/model/engine-version.ts';
import type { RepositoryRetention } from '../../src/retention/document-retention.ts';
import { scheduledEvents } from '../../src/retention/scheduled-events.ts';
import { simulateRetention } from '../../src/retention/simulate-retention.ts';
import { noSizes } from '../../src/retention/size-model.ts';

/** Weekly full, daily differential and incremental sets each twelve hours, of which two full ones are kept. */
export function retentionExample(repository: string, days: number): RepositoryRetention {
  const from = Date.UTC(2026, 10, 20);
  const to = from + days * 86_400_000;
  const retention = {
    full: { by: 'count', count: 2 },
    diff: 5,
    archive: { type: 'full', count: 1 },
    history: undefined,
  } as const;
  const lines = [
    plainLine('full', '0 2 * * 0'),
    plainLine('diff', '0 2 * * 1-6'),
    plainLine('incr', '0 */12 * * *'),
  ];
  const engine = parseEngineVersion('2.60');
  if (engine === undefined) throw new Error('version');
  const rules = { retention, engine, expireBy: 'holdfast', duration: () => 60_000, sizes: noSizes } as const;
  const events = scheduledEvents(lines, 'local', { from, to });
  return {
    repository,
    retention,
    origin: 'empty',
    expireBy: 'holdfast',
    assumed: [],
    simulated: simulateRetention({ now: from, sets: [], wal: [] }, events, to, rules),
  };
}
