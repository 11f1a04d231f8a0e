import type { HealthObservations } from '../status/health-observations.ts';
import { hasFailed } from '../status/rules/runs.ts';
import type { Gauges } from './gauges.ts';

/** What runs and waits, how the last runs ended, and what became of the last times of the schedules. */
export function showJobs(gauges: Gauges, { daemon, lastRuns, unfinished, lines }: HealthObservations): void {
  for (const { request, state } of daemon.jobs) {
    gauges.jobsNow.inc({
      stanza: request.stanza,
      repository: request.repository ?? '',
      kind: request.kind,
      state,
    });
  }
  for (const { stanza } of daemon.holds) gauges.holds.set({ stanza }, 1);
  for (const { stanza = '', repository = '', kind, endedAt, result } of lastRuns) {
    const labels = { stanza, repository, kind };
    if (endedAt !== undefined) gauges.lastRunEnd.set(labels, endedAt / 1000);
    gauges.lastRunOk.set(labels, result === 'ok' ? 1 : 0);
  }
  for (const { stanza = '' } of unfinished) gauges.unfinished.inc({ stanza });
  for (const last of lines) {
    const { stanza, line, occurrence } = last;
    gauges.lineLast.set({ stanza, line }, occurrence / 1000);
    gauges.lineFailed.set({ stanza, line }, hasFailed(last) ? 1 : 0);
  }
}
