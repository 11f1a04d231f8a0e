import type { ProcessResources } from '../metrics/create-metrics.ts';

/** What this process uses, without its children. */
export function processResources(): ProcessResources {
  const { user, system } = process.cpuUsage();
  return { residentBytes: process.memoryUsage.rss(), cpuSeconds: (user + system) / 1_000_000 };
}
