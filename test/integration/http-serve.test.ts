import { renameSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { catalogue } from '../../src/metrics/catalogue.ts';
import { createDaemonBed, type DaemonBed, type ServedDaemon } from '../support/daemon-bed.ts';
import { readMetrics, type MetricsPage } from '../support/metrics-text.ts';
import { waitUntil } from '../support/wait-until.ts';

/* What a real daemon with a real engine says of itself, from the first minute of a cluster on. */
let bed: DaemonBed;
let daemon: ServedDaemon;

beforeAll(async () => {
  bed = await createDaemonBed({ name: 'http', schedule: { full: '0 2 * * 0' } });
  bed.configure({ schedule: { full: '0 2 * * 0' }, objectives: { backupAge: '26h' } });
  daemon = await bed.serve();
});
afterAll(async () => {
  await daemon?.[Symbol.asyncDispose]();
  await bed?.[Symbol.asyncDispose]();
});

interface Health {
  readonly status: string;
  readonly last_backup_age_hours: string | null;
  readonly findings: readonly { readonly rule: string }[];
  readonly stanzas: readonly {
    readonly repositories: readonly {
      readonly known: boolean;
      readonly newest: readonly { readonly label: string }[];
    }[];
  }[];
}

const url = (path: string): string => `http://127.0.0.1:${bed.httpPort}${path}`;

/** Waits for a status: looks at repositories take a moment. */
async function healthWith(
  status: string,
  ...rules: readonly string[]
): Promise<{ readonly code: number; readonly health: Health }> {
  return waitUntil(`/health says ${status}`, async () => {
    const answer = await fetch(url('/health'));
    const health = (await answer.json()) as Health;
    const found = health.findings.map(({ rule }) => rule);
    return health.status === status && rules.every((rule) => found.includes(rule))
      ? { code: answer.status, health }
      : undefined;
  }).then((found) => found ?? Promise.reject(new Error('nothing')));
}

async function metrics(): Promise<MetricsPage> {
  return readMetrics(await (await fetch(url('/metrics'))).text());
}

describe('a daemon over HTTP', () => {
  it('is live and ready, and says that there is no backup', async () => {
    expect((await fetch(url('/live'))).status).toBe(200);
    expect(await (await fetch(url('/ready'))).json()).toEqual({ ready: true, reasons: [] });
    const { code, health } = await healthWith('critical', 'no-backup');
    expect(code).toBe(503);
    expect(health.last_backup_age_hours).toBeNull();
  });

  it('is healthy after a backup that went through its queue, and counts it', async () => {
    const label = await bed.backup('full');
    const { code, health } = await healthWith('healthy');
    expect(code).toBe(200);
    expect(health.last_backup_age_hours).toBe('0');
    expect(health.stanzas[0]?.repositories).toMatchObject([
      { known: true, newest: [{ type: 'full', label }] },
    ]);
    const page = await metrics();
    for (const { name } of Object.values(catalogue))
      expect([name, page.types.has(name)]).toEqual([name, true]);
    const place = { stanza: 'main', repository: 'local' };
    expect(page.value('holdfast_jobs_total', { ...place, kind: 'backup', type: 'full', result: 'ok' })).toBe(
      1,
    );
    expect(page.value('holdfast_last_run_ok', { ...place, kind: 'backup' })).toBe(1);
    expect(page.value('holdfast_lease_wait_seconds_count', place)).toBeGreaterThan(0);
    expect(page.value('holdfast_newest_set_age_seconds', { ...place, type: 'full' })).toBeLessThan(60);
    expect(page.value('process_resident_memory_bytes')).toBeGreaterThan(10_000_000);
  });

  it('is critical once the repository is gone, and shows nothing of what was in it', async () => {
    const directory = bed.configuration.repository('local');
    renameSync(directory, `${directory}.gone`);
    try {
      daemon.signal('SIGHUP');
      const { code, health } = await healthWith('critical', 'repository-not-ok', 'archive-unknown');
      expect(code).toBe(503);
      // A repository that cannot be seen has not lost its WAL.
      expect(health.findings.map(({ rule }) => rule)).not.toContain('archived-but-missing');
      expect(health.last_backup_age_hours).toBeNull();
      expect((await metrics()).has('holdfast_newest_set_age_seconds')).toBe(false);
    } finally {
      renameSync(`${directory}.gone`, directory);
      daemon.signal('SIGHUP');
    }
    await healthWith('healthy');
  });

  it('goes on with the old configuration when another one is refused, and says so', async () => {
    bed.configure({ schedule: { full: 'never' } });
    daemon.signal('SIGHUP');
    const { code, health } = await healthWith('warning');
    expect(code).toBe(200);
    expect(health.findings.map(({ rule }) => rule)).toEqual(['configuration-refused']);
    expect((await metrics()).value('holdfast_configuration_refused')).toBe(1);
    bed.configure({ schedule: { full: '0 2 * * 0' }, objectives: { backupAge: '26h' } });
    daemon.signal('SIGHUP');
    await healthWith('healthy');
  });
});
