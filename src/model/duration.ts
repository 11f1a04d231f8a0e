/** Durations as people write them (`90s`, `1m`, `26h`, `14d`, `2w`), kept as whole seconds. */
const secondsPerUnit = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 } as const;

/**
 * Reads a duration.
 *
 * @param text a whole number followed by s, m, h, d or w (`ms` where the whole is at least a second)
 * @returns seconds, or undefined when the text is not a duration
 */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d{1,9})\s*(ms|s|m|h|d|w)$/.exec(text.trim());
  if (!match) return undefined;
  const seconds = Number(match[1]) * secondsPerUnit[match[2] as keyof typeof secondsPerUnit];
  return Number.isInteger(seconds) ? seconds : undefined;
}

/** Seconds as the shortest exact duration (`86400` → `1d`). */
export function formatDuration(seconds: number): string {
  for (const unit of ['w', 'd', 'h', 'm'] as const) {
    if (seconds > 0 && seconds % secondsPerUnit[unit] === 0)
      return `${seconds / secondsPerUnit[unit]}${unit}`;
  }
  return `${seconds}s`;
}

/** Milliseconds for people: `412 ms`, `5.0 s`, `3 min 20 s`, `2 h 5 min`. */
export function formatElapsed(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 60_000) return `${(milliseconds / 1000).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}
