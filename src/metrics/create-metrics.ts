import { Counter, Histogram, Registry } from 'prom-client';
import type { Clock } from '../jobs/job-deps.ts';
import { judgeNow } from '../jobs/observe/judge-now.ts';
import type { HealthSources } from '../jobs/observe/observe-health.ts';
import type { JobRequest } from '../model/job.ts';
import { catalogue } from './catalogue.ts';
import { createGaugeSheet } from './gauges.ts';
import type { MetricDefinition } from './metric-definition.ts';
import { createPgbackrestShow } from './pgbackrest/show-pgbackrest.ts';
import { showArchives } from './show-archives.ts';
import { showChannels } from './show-channels.ts';
import { showCertificates } from './show-certificates.ts';
import { showCosts } from './show-costs.ts';
import { showDrills } from './show-drills.ts';
import { showForecasts } from './show-forecasts.ts';
import { showJobs } from './show-jobs.ts';
import { showHealth } from './show-health.ts';
import { showPosition } from './show-position.ts';
import { showPrimaries } from './show-primaries.ts';
import { showRepositories } from './show-repositories.ts';
import type { Metrics } from './metrics.ts';

/** What this process uses, without its children. */
export interface ProcessResources {
  readonly residentBytes: number;
  /** User and system, since it started. */
  readonly cpuSeconds: number;
}

export interface MetricsDeps extends HealthSources {
  readonly clock: Pick<Clock, 'now'>;
  /** Of this process, asked at each rendering. */
  readonly resources: () => ProcessResources;
}

/**
 * Makes the metrics of a daemon. Counters and histograms begin at nothing and are told of what happens; gauges are
 * read from what is known at each rendering. Nothing is collected by itself, so an idle daemon stays idle.
 */
export function createMetrics(deps: MetricsDeps): Metrics {
  const registry = new Registry();
  const counters = {
    jobs: counter(registry, catalogue.jobs),
    skips: counter(registry, catalogue.skips),
    reloads: counter(registry, catalogue.reloads),
    decisions: counter(registry, catalogue.decisions),
    jobSeconds: histogram(registry, catalogue.jobSeconds),
    queueSeconds: histogram(registry, catalogue.queueSeconds),
    leaseSeconds: histogram(registry, catalogue.leaseSeconds),
    cpuSeconds: counter(registry, catalogue.cpuSeconds),
    looks: counter(registry, catalogue.looks),
    lookRequests: counter(registry, catalogue.lookRequests),
    lookSeconds: histogram(registry, catalogue.lookSeconds),
  };
  const sheet = createGaugeSheet(catalogue);
  const { gauges } = sheet;
  const showPgbackrest = createPgbackrestShow();
  return {
    contentType: registry.contentType,
    jobStarted(request, waitedMs) {
      counters.queueSeconds.observe({ kind: request.kind }, waitedMs / 1000);
    },
    jobEvent(request, event) {
      if (event.kind !== 'leased') return;
      const { stanza, repository = '' } = request;
      counters.leaseSeconds.observe({ stanza, repository }, event.waitedMs / 1000);
    },
    jobEnded(request, outcome) {
      const labels = labelsOf(request);
      counters.jobs.inc({ ...labels, type: request.backupType ?? '', result: outcome.result });
      if (outcome.result === 'skipped') counters.skips.inc({ ...labels, reason: outcome.reason });
      if (outcome.result === 'ok') counters.jobSeconds.observe(labels, outcome.elapsedMs / 1000);
    },
    scheduleDecided({ stanza, line, decision, reason = '' }) {
      counters.decisions.inc({ stanza, line, decision, reason });
    },
    reloaded(result) {
      counters.reloads.inc({ result });
    },
    looked({ look, stanza, repository, result, requests, elapsedMs }) {
      counters.looks.inc({ look, stanza, repository, result });
      if (requests > 0) counters.lookRequests.inc({ look, stanza, repository }, requests);
      counters.lookSeconds.observe({ look }, elapsedMs / 1000);
    },
    async render() {
      const now = deps.clock.now();
      const shown = judgeNow(deps, now);
      const resources = deps.resources();
      counters.cpuSeconds.reset();
      counters.cpuSeconds.inc(resources.cpuSeconds);
      gauges.residentMemory.set(resources.residentBytes);
      showHealth(gauges, shown);
      showJobs(gauges, shown.seen);
      showRepositories(gauges, shown);
      showArchives(gauges, shown.seen.archives, now);
      showPosition(gauges, shown.seen, now);
      showDrills(gauges, shown.seen.drills ?? []);
      showCertificates(gauges, shown.seen.certificates ?? []);
      showForecasts(gauges, shown);
      showCosts(gauges, shown);
      showPrimaries(gauges, shown.seen.primaries, now);
      showChannels(gauges, shown.seen.channels, now);
      showPgbackrest(sheet, shown.seen, now);
      const gauged = [...sheet.families.values()].flatMap((family) => family.takeFamily());
      return Buffer.concat([...gauged, Buffer.from(await registry.metrics())]);
    },
  };
}

function labelsOf({
  stanza,
  repository = '',
  kind,
}: JobRequest): Record<'stanza' | 'repository' | 'kind', string> {
  return { stanza, repository, kind };
}

function counter(registry: Registry, definition: MetricDefinition): Counter {
  const { name, help, labels } = definition;
  return new Counter({ name, help, labelNames: labels, registers: [registry] });
}

function histogram(registry: Registry, definition: MetricDefinition): Histogram {
  const { name, help, labels, buckets = [] } = definition;
  return new Histogram({ name, help, labelNames: labels, buckets: [...buckets], registers: [registry] });
}
