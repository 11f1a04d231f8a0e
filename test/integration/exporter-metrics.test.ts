import { chmodSync, renameSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDaemonBed, type DaemonBed, type ServedDaemon } from '../support/daemon-bed.ts';
import { engineVersionUnderTest } from '../support/engines.ts';
import { compareSeries, startExporter, type RunningExporter } from '../support/exporter.ts';
import { readMetrics, type MetricsPage } from '../support/metrics-text.ts';
import { checkMetricsText } from '../support/promtool.ts';
import { waitUntil } from '../support/wait-until.ts';

/*
 * Debian's prometheus-pgbackrest-exporter and `holdfast serve` look at the same repositories with the same engine:
 * every series of the exporter must be in ours. Both run in a time zone in which no time looks like UTC.
 */
const env = { TZ: 'Asia/Kolkata' };
/** The engine can say its version as a number since 2.55; before that the exporter shows 0. */
const saysVersion = Number(engineVersionUnderTest().split('.')[1]) >= 55;
const blocks = Number(engineVersionUnderTest().split('.')[1]) >= 46;

let bed: DaemonBed;
let daemon: ServedDaemon;
let exporter: RunningExporter;

beforeAll(async () => {
  const repositories = {
    local: { retention: { full: 4 }, ...(blocks ? { bundle: true, block: true } : {}) },
    offsite: { retention: { full: 4 }, encryption: true },
  };
  bed = await createDaemonBed({ name: 'exporter', repositories, keys: { watch: { databases: 'all' } } });
  await bed.cluster.sql('CREATE DATABASE second');
  await bed.cluster.sql('CREATE TABLE bulk AS SELECT g, md5(g::text) FROM generate_series(1, 30000) g');
  await bed.mustRun(['backup', '--type', 'full', '--repo', 'local', '--annotation', 'why=first']);
  await bed.cluster.sql('UPDATE bulk SET g = g + 1 WHERE g < 100');
  await bed.backup('diff', 'local');
  await bed.backup('full', 'offsite');
  await bed.cluster.sql('UPDATE bulk SET g = g + 1 WHERE g > 29000');
  await bed.backup('incr', 'local');
  await bed.backup('incr', 'offsite');
  daemon = await bed.serve({ env });
  const args = [
    '--backrest.reference-count',
    '--backrest.database-count',
    '--backrest.database-count-latest',
  ];
  exporter = await startExporter(bed.sandbox, bed.configuration, { args, env });
});
afterAll(async () => {
  await exporter?.[Symbol.asyncDispose]();
  await daemon?.[Symbol.asyncDispose]();
  await bed?.[Symbol.asyncDispose]();
});

async function ours(): Promise<string> {
  return (await fetch(`http://127.0.0.1:${bed.httpPort}/metrics`)).text();
}

/** The exporter has the status of single stanzas where it is told their names, and else that of all: we have both. */
const ownStatus = 'pgbackrest_exporter_status{"stanza":"main"}';
const allStatus = 'pgbackrest_exporter_status{"stanza":"all-stanzas"}';

/** Who shows it is another program, and what it could not ask for we know. */
function expected(line: string): boolean {
  return (
    line.startsWith('pgbackrest_exporter_build_info') ||
    line === ownStatus ||
    line === allStatus ||
    (!saysVersion && line.startsWith('pgbackrest_version_info'))
  );
}

/** Lets the daemon look again, and waits until both have seen `state` and say the same of it. */
async function agree(
  what: string,
  seen: (page: MetricsPage) => boolean,
  other = exporter,
): Promise<{ theirs: MetricsPage; text: string }> {
  daemon.signal('SIGHUP');
  let last = '';
  return waitUntil(
    what,
    async () => {
      const [theirs, text] = await Promise.all([other.metrics(), ours()]);
      const page = readMetrics(text);
      const { wrong, more, compared } = compareSeries(theirs, page);
      last = `exporter ${String(seen(theirs))}, ours ${String(seen(page))}, of ${compared}:\n${[...wrong, ...more].join('\n')}`;
      // The exporter shows what it collects little by little.
      const left = [...wrong, ...more].filter((line) => !expected(line));
      return seen(theirs) && seen(page) && left.length === 0 ? { theirs, text } : undefined;
    },
    { timeoutMs: 30_000, everyMs: 250 },
  ).then(
    (found) => found ?? Promise.reject(new Error(last)),
    (error: unknown) => Promise.reject(new Error(`${String(error)}\n${last}`)),
  );
}

describe('the metrics of pgbackrest_exporter', () => {
  it('are all there, with its labels and its values', async () => {
    const { theirs, text } = await agree('all sets', (page) => page.has('pgbackrest_backup_info'));
    const page = readMetrics(text);
    const { compared, more, wrong } = compareSeries(theirs, page);
    // Five sets with eleven series each, and three of their references.
    expect(compared).toBeGreaterThan(5 * 14 + 3 * 14);
    expect(wrong.filter((line) => !expected(line))).toEqual([]);
    expect(more).toContain(ownStatus);
    expect(more.filter((line) => !expected(line))).toEqual([]);
    expect(theirs.types.size).toBeGreaterThan(30);
    expect([...theirs.types.keys()].filter((name) => page.types.get(name) !== 'gauge')).toEqual([]);
    const block = blocks ? 'y' : 'n';
    expect(page.has('pgbackrest_backup_info', { repo_key: '1', block_incr: block })).toBe(true);
    expect(page.value('pgbackrest_backup_last_databases', { backup_type: 'incr' })).toBeGreaterThan(1);
    expect(page.has('pgbackrest_repo_status', { repo_key: '2', cipher: 'aes-256-cbc' })).toBe(true);
    expect(page.value('pgbackrest_version_info')).toBeGreaterThan(2_045_000 - 1);
  });

  it('would not be equal with one value, one label or one series less', async () => {
    const { theirs, text } = await agree('all sets', (page) => page.has('pgbackrest_backup_info'));
    const changes = [
      text.replace(/^(pgbackrest_backup_size_bytes\S+) \d+$/m, '$1 1'),
      text.replace(/^(pgbackrest_backup_info\{.*wal_stop=")[^"]*/m, '$1other'),
      text.replace(/^(pgbackrest_backup_duration_seconds\{.*start_time=")[^"]*/m, '$12026-01-01 00:00:00'),
      text.replace(/^pgbackrest_repo_status.*\n/m, ''),
    ];
    for (const changed of changes) {
      expect(changed).not.toBe(text);
      const { wrong } = compareSeries(theirs, readMetrics(changed));
      expect(wrong.filter((line) => !expected(line))).toHaveLength(1);
    }
  });

  it('are equal when a repository cannot be read', async () => {
    const directory = bed.configuration.repository('offsite');
    renameSync(directory, `${directory}.gone`);
    try {
      await agree('a repository is gone', (page) => page.value('pgbackrest_stanza_status') !== 0);
    } finally {
      renameSync(`${directory}.gone`, directory);
    }
    await agree('it is back', (page) => page.value('pgbackrest_stanza_status') === 0);
  });

  it('are equal when no repository holds the stanza', async () => {
    // Without the name of a stanza it would not know that there should be one, and show nothing at all.
    const args = ['--backrest.reference-count', '--backrest.stanza-include=main'];
    await using other = await startExporter(bed.sandbox, bed.configuration, { args, env });
    const directories = ['local', 'offsite'].map((name) => bed.configuration.repository(name));
    for (const directory of directories) renameSync(directory, `${directory}.gone`);
    try {
      const isEmpty = (page: MetricsPage): boolean =>
        page.has('pgbackrest_stanza_status') && !page.has('pgbackrest_backup_info');
      const { theirs } = await agree('nothing is there', isEmpty, other);
      expect(theirs.value('pgbackrest_exporter_status')).toBe(1);
      expect(theirs.value('pgbackrest_stanza_status')).toBeGreaterThan(0);
    } finally {
      for (const directory of directories) renameSync(`${directory}.gone`, directory);
    }
    await agree('it is back', (page) => page.has('pgbackrest_backup_info'));
  });

  it('are equal when pgBackRest does not answer', async () => {
    chmodSync(bed.configuration.engineFile, 0);
    try {
      const { text } = await agree(
        'no answer',
        (page) => page.value('pgbackrest_exporter_status', { stanza: 'all-stanzas' }) === 0,
      );
      expect(readMetrics(text).has('pgbackrest_stanza_status')).toBe(false);
    } finally {
      chmodSync(bed.configuration.engineFile, 0o640);
    }
    await agree('it answers', (page) => page.has('pgbackrest_backup_info'));
  });

  it('stand beside what the exporter cannot tell: windows, position and looks', async () => {
    const page = await waitUntil('the archives are compared', async () => {
      const seen = readMetrics(await ours());
      const known = (repository: string) => ({ stanza: 'main', repository });
      return ['local', 'offsite'].every(
        (name) =>
          seen.has('holdfast_wal_position_known', known(name)) &&
          seen.value('holdfast_wal_position_known', known(name)) === 1 &&
          seen.has('holdfast_window_start_timestamp_seconds', { ...known(name), window: 'contiguous' }),
      )
        ? seen
        : undefined;
    });
    if (page === undefined) throw new Error('nothing');
    for (const repository of ['local', 'offsite']) {
      const place = { stanza: 'main', repository };
      expect(page.value('holdfast_contiguous_windows', place)).toBe(1);
      expect(page.value('holdfast_holes', { ...place, why: 'lost' })).toBe(0);
      expect(page.value('holdfast_unusable_sets', { ...place, why: 'broken' })).toBe(0);
      expect(page.value('holdfast_wal_lag_segments', place)).toBe(0);
      expect(page.value('holdfast_wal_position_state', { ...place, state: 'behind' })).toBe(0);
      expect(page.value('holdfast_archive_segments', { ...place, standing: 'production' })).toBeGreaterThan(
        5,
      );
      expect(page.value('holdfast_looks_total', { look: 'archive', ...place, result: 'ok' })).toBeGreaterThan(
        0,
      );
      expect(page.value('holdfast_look_requests_total', { look: 'archive', ...place })).toBeGreaterThan(0);
      const failed = { look: 'catalogue', ...place, result: 'failed' };
      expect(page.value('holdfast_looks_total', failed)).toBeGreaterThan(0);
    }
    expect(page.value('holdfast_primary_timeline', { stanza: 'main' })).toBe(1);
  });

  it('stand on a page that promtool has nothing against', async () => {
    const { text } = await agree('all sets', (page) => page.has('pgbackrest_backup_info'));
    expect(checkMetricsText(text)).toEqual({ ok: true, output: '' });
  });
});
