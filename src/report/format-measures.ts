import { formatByteSize } from '../model/byte-size.ts';
import type { DrillMeasurements } from '../model/drill.ts';
import { formatElapsed } from '../model/duration.ts';

/** What is followed from drill to drill. */
export const measures = [
  'restoreBytesPerSecond',
  'replayBytesPerSecond',
  'copySeconds',
  'rtoSeconds',
  'rpoSeconds',
  'restoredBytes',
] as const satisfies readonly (keyof DrillMeasurements)[];
export type Measure = (typeof measures)[number];

/** What people call them. */
export const measureNames: Readonly<Record<Measure, string>> = {
  restoreBytesPerSecond: 'restore throughput',
  replayBytesPerSecond: 'replay throughput',
  copySeconds: 'until it took writes',
  rtoSeconds: 'RTO, estimated for production',
  rpoSeconds: 'RPO',
  restoredBytes: 'size of the cluster',
};

/** A value of a measure for people. */
export function formatMeasure(measure: Measure, value: number): string {
  if (measure === 'restoredBytes') return formatByteSize(value);
  return measure.endsWith('PerSecond')
    ? `${formatByteSize(Math.round(value))}/s`
    : formatElapsed(value * 1000);
}
