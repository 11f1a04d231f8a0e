const hour = 3_600_000;

/** Milliseconds as people speak of a reach: `13.5 days`, `20.0 hours`. */
export function inDays(milliseconds: number): string {
  const hours = milliseconds / hour;
  return hours < 48 ? `${hours.toFixed(1)} hours` : `${(hours / 24).toFixed(1)} days`;
}
