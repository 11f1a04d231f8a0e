import type { Spread } from './statistics.ts';

/** `5.02 s [4.40–5.10]` */
export function formatSeconds({ median, min, max }: Spread): string {
  return `${seconds(median)} s [${seconds(min)}–${seconds(max)}]`;
}

/** Milliseconds with a sign, for differences: `+212 ms` */
export function formatDifference(milliseconds: number): string {
  return `${milliseconds < 0 ? '−' : '+'}${Math.abs(milliseconds).toFixed(0)} ms`;
}

/** `735 MB`, decimal as disks are sold and as du --si counts. */
export function formatMegabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
}

/** `12.3×` */
export function formatRatio(ratio: number): string {
  return `${ratio.toFixed(2)}×`;
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(2);
}
