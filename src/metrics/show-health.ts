import type { Configuration } from '../config/configuration.ts';
import { assess, healthStatuses, judgeHealth } from '../status/assess.ts';
import type { HealthObservations } from '../status/health-observations.ts';
import { explainNotReady } from '../status/rules/daemon.ts';
import type { Gauges } from './gauges.ts';

/** What is shown, and at what time (epoch milliseconds). */
export interface ShownHealth {
  readonly configuration: Configuration;
  readonly seen: HealthObservations;
  readonly now: number;
}

/** The daemon itself, and what the assessment says. */
export function showHealth(gauges: Gauges, { configuration, seen, now }: ShownHealth): void {
  const { daemon } = seen;
  gauges.buildInfo.set({ version: daemon.version }, 1);
  gauges.startTime.set(daemon.startedAt / 1000);
  gauges.ready.set(explainNotReady(daemon).length === 0 ? 1 : 0);
  if (daemon.sinceTickMs !== undefined) gauges.tickAge.set(daemon.sinceTickMs / 1000);
  const { loadedAt, refused } = daemon.configuration;
  gauges.configurationLoaded.set(loadedAt / 1000);
  gauges.configurationRefused.set(refused !== undefined && refused.at >= loadedAt ? 1 : 0);
  const findings = assess(configuration, seen, now);
  const status = judgeHealth(findings);
  for (const each of healthStatuses) gauges.healthy.set({ status: each }, each === status ? 1 : 0);
  for (const { rule, severity, stanza = '', repository = '' } of findings)
    gauges.findings.inc({ rule, severity, stanza, repository });
}
