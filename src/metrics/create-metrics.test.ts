import { describe, expect, it } from 'vitest';
import { createHttpParts } from '../../test/support/http-parts.ts';
import { readMetrics } from '../../test/support/metrics-text.ts';
import type { JobOutcome, JobRequest } from '../model/job.ts';
import { catalogue } from './catalogue.ts';
import type { MetricDefinition } from './metric-definition.ts';

const actor = { user: 'postgres', host: 'db1', via: 'daemon' };
const request: JobRequest = {
  kind: 'backup',
  stanza: 'main',
  repository: 'r1',
  backupType: 'full',
  annotations: {},
  origin: { kind: 'request' },
  actor,
  cause: 'holdfast backup',
  timeoutMs: undefined,
  priority: 0,
};
const ok: JobOutcome = {
  result: 'ok',
  runId: 'backup-1',
  label: 'F',
  elapsedMs: 90_000,
  warnings: [],
  facts: {},
};

describe('the metrics', () => {
  it('are in the text format, and each has the name, type and help of the catalogue', async () => {
    using bed = createHttpParts();
    const { metrics } = bed.parts;
    const page = readMetrics(await metrics.render());
    expect(metrics.contentType).toMatch(/^text\/plain; version=0\.0\.4/);
    for (const { name, type, help } of Object.values<MetricDefinition>(catalogue)) {
      expect([name, page.types.get(name), page.helps.get(name)]).toEqual([name, type, help]);
    }
  });

  it('show what the repositories hold, and nothing of it once that is uncertain', async () => {
    using bed = createHttpParts();
    const page = readMetrics(await bed.parts.metrics.render());
    const r1 = { stanza: 'main', repository: 'r1' };
    expect(page.value('holdfast_newest_set_age_seconds', { ...r1, type: 'full' })).toBe(108_000);
    expect(page.value('holdfast_newest_set_age_seconds', { ...r1, type: 'incr' })).toBe(21_600);
    expect(page.has('holdfast_newest_set_age_seconds', { ...r1, type: 'diff' })).toBe(false);
    expect(page.value('holdfast_sets', { ...r1, type: 'diff' })).toBe(0);
    expect(page.value('holdfast_backup_age_objective_seconds', { stanza: 'main' })).toBe(93_600);
    expect(page.value('holdfast_health', { status: 'healthy' })).toBe(1);
    const [sighting] = bed.sightings;
    if (sighting === undefined) throw new Error('the good case has one');
    bed.sightings = [
      {
        ...sighting,
        catalogue: { ...sighting.catalogue, failure: { at: bed.now, problem: 'x' } },
      },
    ];
    const later = readMetrics(await bed.parts.metrics.render());
    expect(later.value('holdfast_repositories_known', { stanza: 'main' })).toBe(0);
    expect(later.has('holdfast_newest_set_age_seconds')).toBe(false);
    expect(later.has('holdfast_sets')).toBe(false);
    expect(later.value('holdfast_health', { status: 'unknown' })).toBe(1);
    expect(later.value('holdfast_findings', { rule: 'repository-unknown', severity: 'critical' })).toBe(1);
  });

  it('count jobs, their times, skips, leases, decisions and reloads', async () => {
    using bed = createHttpParts();
    const { metrics } = bed.parts;
    metrics.jobStarted(request, 2000);
    metrics.jobEvent(request, { kind: 'leased', waitedMs: 500 });
    metrics.jobEvent(request, { kind: 'note', text: 'x' });
    metrics.jobEnded(request, ok);
    metrics.jobEnded(request, { result: 'skipped', reason: 'satisfied', detail: 'x' });
    metrics.jobEnded({ ...request, kind: 'check', repository: undefined, backupType: undefined }, ok);
    metrics.reloaded('refused');
    const decision = {
      line: 'main/"full"\n',
      stanza: 'main',
      occurrence: 1,
      decidedAt: 2,
      detail: 'x',
      runId: undefined,
    };
    metrics.scheduleDecided({ ...decision, decision: 'skip', reason: 'blackout' });
    const page = readMetrics(await metrics.render());
    const labels = { stanza: 'main', repository: 'r1', kind: 'backup' };
    expect(page.value('holdfast_jobs_total', { ...labels, type: 'full', result: 'ok' })).toBe(1);
    expect(page.value('holdfast_jobs_total', { ...labels, result: 'skipped' })).toBe(1);
    expect(page.value('holdfast_jobs_total', { kind: 'check', repository: '', type: '' })).toBe(1);
    expect(page.value('holdfast_job_skips_total', { ...labels, reason: 'satisfied' })).toBe(1);
    expect(page.value('holdfast_job_duration_seconds_bucket', { ...labels, le: '60' })).toBe(0);
    expect(page.value('holdfast_job_duration_seconds_bucket', { ...labels, le: '300' })).toBe(1);
    expect(page.value('holdfast_job_queue_seconds_sum', { kind: 'backup' })).toBe(2);
    expect(page.value('holdfast_lease_wait_seconds_count', { stanza: 'main', repository: 'r1' })).toBe(1);
    expect(page.value('holdfast_lease_wait_seconds_sum')).toBe(0.5);
    expect(page.value('holdfast_configuration_reloads_total', { result: 'refused' })).toBe(1);
    expect(
      page.value('holdfast_schedule_decisions_total', { line: 'main/"full"\n', reason: 'blackout' }),
    ).toBe(1);
  });

  it('show the daemon, its jobs and the last runs', async () => {
    using bed = createHttpParts();
    const { journal, metrics } = bed.parts;
    journal.startRun({
      id: 'backup-1',
      kind: 'backup',
      stanza: 'main',
      repository: 'r1',
      actor,
      cause: 'x',
      facts: {},
      process: undefined,
    });
    journal.finishRun('backup-1', { result: 'failed', failure: { problem: 'x' } });
    bed.daemon = {
      ...bed.daemon,
      jobs: [{ request, state: 'running', since: bed.now, runId: 'backup-2' }],
      holds: [{ stanza: 'main', why: 'restore', since: bed.now }],
    };
    const render = async () => readMetrics(await metrics.render());
    const page = await render();
    expect(page.value('holdfast_build_info', { version: '1.2.3' })).toBe(1);
    expect(page.value('process_cpu_seconds_total')).toBe(1.5);
    expect(page.value('process_resident_memory_bytes')).toBe(5e7);
    expect(page.value('holdfast_ready')).toBe(1);
    expect(page.value('holdfast_jobs', { kind: 'backup', state: 'running' })).toBe(1);
    expect(page.value('holdfast_stanza_held', { stanza: 'main' })).toBe(1);
    expect(page.value('holdfast_last_run_ok', { stanza: 'main', repository: 'r1', kind: 'backup' })).toBe(0);
    expect(page.value('holdfast_last_run_end_timestamp_seconds')).toBe(bed.now / 1000);
    bed.daemon = { ...bed.daemon, jobs: [], holds: [], stopping: true };
    const later = await render();
    expect(later.has('holdfast_jobs')).toBe(false);
    expect(later.value('holdfast_ready')).toBe(0);
    expect(later.value('process_cpu_seconds_total')).toBe(1.5);
  });

  it('have no label that Prometheus sets itself: it would rename ours', () => {
    const definitions: readonly MetricDefinition[] = Object.values(catalogue);
    const taken = definitions.filter(({ labels }) =>
      labels.some((label) => ['job', 'instance'].includes(label)),
    );
    expect(taken.map(({ name }) => name)).toEqual([]);
  });
});
