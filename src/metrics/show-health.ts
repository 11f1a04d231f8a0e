import type { Judgement } from '../jobs/observe/judge-now.ts';
import { healthStatuses } from '../status/assess.ts';
import type { KnownFinding } from '../model/finding.ts';
import { explainNotReady } from '../status/rules/daemon.ts';
import type { Gauges } from './gauges.ts';

/** The daemon itself, and what the assessment says. */
export function showHealth(gauges: Gauges, { seen, findings, status }: Judgement): void {
  const { daemon } = seen;
  gauges.buildInfo.set({ version: daemon.version }, 1);
  gauges.startTime.set(daemon.startedAt / 1000);
  gauges.ready.set(explainNotReady(daemon).length === 0 ? 1 : 0);
  if (daemon.sinceTickMs !== undefined) gauges.tickAge.set(daemon.sinceTickMs / 1000);
  const { loadedAt, refused } = daemon.configuration;
  gauges.configurationLoaded.set(loadedAt / 1000);
  gauges.configurationRefused.set(refused !== undefined && refused.at >= loadedAt ? 1 : 0);
  for (const each of healthStatuses) gauges.healthy.set({ status: each }, each === status ? 1 : 0);
  for (const { rule, severity, stanza = '', repository = '' } of findings)
    gauges.findings.inc({ rule, severity, stanza, repository });
  const firsts = new Map<string, KnownFinding>();
  for (const finding of findings) {
    const place = JSON.stringify([finding.rule, finding.stanza, finding.repository]);
    if (finding.since < (firsts.get(place)?.since ?? Number.POSITIVE_INFINITY)) firsts.set(place, finding);
  }
  for (const { rule, stanza = '', repository = '', since } of firsts.values())
    gauges.findingSince.set({ rule, stanza, repository }, since / 1000);
}
