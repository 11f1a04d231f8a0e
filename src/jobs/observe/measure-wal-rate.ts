import { measureGrowth } from '../../status/measure-rate.ts';
import type { PrimaryRates } from '../../status/primary-observation.ts';
import type { SampleMemory } from '../../store/sample-memory.ts';
import { sampleNames } from './note-look.ts';

/** The period that a rate speaks of: long enough for the rhythm of checkpoints and jobs, short enough for the present. */
const periodMs = 60 * 60_000;

/** How fast WAL was written in the last hour. @param now epoch milliseconds */
export function measureWalRate(samples: SampleMemory, stanza: string, now: number): PrimaryRates {
  const { perSecond, overMs } = measureGrowth(samples.samples(stanza, sampleNames.wal, now - periodMs), now);
  return { walBytesPerSecond: perSecond, overMs };
}
