import {
  chmodSync,
  copyFileSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { appendKnownRows, archiveWal, createKnownRows } from '../support/data.ts';
import { listFiles } from '../support/hash-tree.ts';
import { createStatusBed, type StatusBed } from './status-bed.ts';

/*
 * More findings caused for real, one after the other below one daemon: each is seen in the command, the endpoint, the
 * metrics and (where it is no advice) a message, and seen to end.
 */
let bed: StatusBed;

const usual = { heartbeat: { form: 'table', every: '2s' } };

beforeAll(async () => {
  bed = await createStatusBed({ name: 'hf-findings', stanza: usual });
  await createKnownRows(bed.cluster, 10);
  await archiveWal(bed.cluster);
});
afterAll(async () => bed?.[Symbol.asyncDispose]());

/** Other keys of the stanza from now on. */
async function configure(keys: Readonly<Record<string, unknown>> = {}): Promise<void> {
  bed.configure({ ...usual, ...keys }, bed.fileKeys);
  await bed.mustRun(['reload']);
}

/** The same repository, kept otherwise. */
function keeping(retention: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return {
    repositories: { local: { type: 'posix', path: bed.configuration.repository('local'), retention } },
  };
}

/** The file of a segment in the repository. */
function fileOf(segment: string): string {
  const root = `${bed.configuration.repository('local')}/archive/main`;
  const found = listFiles(root).find((path) => path.includes(`/${segment}-`));
  if (found === undefined) throw new Error(`no ${segment} in ${root}`);
  return found;
}

/** Turns bytes of a file over. @returns what puts them right */
function damage(file: string, at: (length: number) => number): () => void {
  const before = readFileSync(file);
  const after = Buffer.from(before);
  for (let index = at(before.length); index < at(before.length) + 8; index += 1)
    after[index] = (after[index] ?? 0) ^ 0xff;
  writeFileSync(file, after);
  return () => writeFileSync(file, before);
}

describe('objectives', () => {
  it('are advice until they are measured, and findings when they are not kept', async () => {
    await configure({ objectives: { rto: '1h', drillAge: '1d' } });
    await bed.expectFinding('rto-not-measured', { told: false });
    await bed.expectFinding('drill-not-measured', { told: false });
    await using copy = await bed.restoreCopy('--to', 'latest');
    expect(await copy.value('SELECT 1')).toBeTruthy();
    await bed.expectEnded('rto-not-measured', { told: false });
    await configure({ objectives: { rto: '1s' } });
    const seen = await bed.expectFinding('rto-exceeded');
    expect(seen).toMatchObject({ severity: 'warning', evidence: expect.stringContaining('objective: 1s') });
    await configure();
    await bed.expectEnded('rto-exceeded');
    await bed.expectEnded('drill-not-measured', { told: false });
  }, 300_000);

  it('measure a loss by what is in the repository, and it is unknown without the primary', async () => {
    await configure({ objectives: { rpo: '3s' } });
    const before = await bed.cluster.value('SHOW archive_command');
    await bed.cluster.sql(`ALTER SYSTEM SET archive_command = '/bin/false'; SELECT pg_reload_conf()`);
    await appendKnownRows(bed.cluster, 10);
    await bed.cluster.sql('SELECT pg_switch_wal()');
    const lost = await bed.expectFinding('rpo-exceeded');
    expect(lost).toMatchObject({ severity: 'critical', evidence: expect.stringContaining('objective: 3s') });
    // Not before archive_timeout is over, which is a minute.
    await bed.expectFinding('archive-behind', { timeoutMs: 120_000 });
    // In force with the next start: an archiver that has failed three times rests for a minute.
    await bed.cluster.sql(`ALTER SYSTEM SET archive_command = '${before.replaceAll("'", "''")}'`);
    await bed.cluster.stop();
    await bed.expectFinding('rpo-unknown');
    await bed.cluster.start();
    await configure({ objectives: { rpo: '1h' } });
    await archiveWal(bed.cluster);
    await bed.expectEnded('rpo-unknown');
    await bed.expectEnded('rpo-exceeded');
    await bed.expectEnded('archive-behind');
    await configure();
  }, 300_000);
});

describe('the server', () => {
  it('has lost the table of the heartbeat', async () => {
    await bed.cluster.sql('DROP TABLE holdfast.heartbeat');
    const seen = await bed.expectFinding('heartbeat-failing');
    expect(seen.evidence).toContain('holdfast.heartbeat');
    await bed.mustRun(['setup', '--yes', '--no-backup']);
    await bed.expectEnded('heartbeat-failing');
  }, 300_000);

  it('archives nothing', async () => {
    const restart = async (mode: string): Promise<void> => {
      await bed.cluster.sql(`ALTER SYSTEM SET archive_mode = '${mode}'`);
      await bed.cluster.stop();
      await bed.cluster.start();
    };
    await restart('off');
    const seen = await bed.expectFinding('archive-mode-off');
    expect(seen.severity).toBe('critical');
    await restart('on');
    await bed.expectEnded('archive-mode-off');
  }, 300_000);
});

describe('the repository', () => {
  it('cannot be asked at all', async () => {
    chmodSync(bed.configuration.engineFile, 0o000);
    try {
      const seen = await bed.expectFinding('repository-unknown');
      expect(seen.severity).toBe('critical');
    } finally {
      chmodSync(bed.configuration.engineFile, 0o640);
    }
    await bed.expectEnded('repository-unknown');
  }, 300_000);

  it('has sets without the WAL that makes them whole', async () => {
    const { stdout } = await bed.mustRun(['info', '--json']);
    const start = /"archiveStart": ?"([0-9A-F]{24})"/.exec(stdout)?.[1];
    const file = fileOf(start ?? 'nothing');
    const aside = bed.sandbox.file('aside');
    renameSync(file, aside);
    const unusable = await bed.expectFinding('set-unusable');
    expect(unusable.evidence).toContain(start);
    await bed.expectFinding('no-usable-set');
    renameSync(aside, file);
    await bed.expectEnded('no-usable-set');
    await bed.expectEnded('set-unusable');
  }, 300_000);

  it('has a segment twice with different contents', async () => {
    const file = fileOf(await archiveWal(bed.cluster));
    const twin = file.replace(/-[0-9a-f]{40}/, `-${'0123456789'.repeat(4)}`);
    copyFileSync(file, twin);
    const seen = await bed.expectFinding('wal-duplicate');
    expect(seen.evidence + seen.problem + seen.subject).toMatch(/[0-9A-F]{24}/);
    rmSync(twin);
    await bed.expectEnded('wal-duplicate');
  }, 300_000);

  it('has damaged files, which verify finds', async () => {
    const label = await bed.backup('full');
    const folder = join(bed.configuration.repository('local'), 'backup/main', label, 'bundle');
    const bundle = readdirSync(folder).map((name) => join(folder, name))[0] ?? '';
    const repair = damage(bundle, (length) => Math.floor(length / 2));
    expect((await bed.run(['verify'])).code).toBe(2);
    const seen = await bed.expectFinding('verify-found-damage');
    expect(seen.evidence).toContain(label);
    repair();
    await bed.mustRun(['verify']);
    await bed.expectEnded('verify-found-damage');
  }, 300_000);

  it('has an archive command of which a check told that it hides errors', async () => {
    const before = await bed.cluster.value('SHOW archive_command');
    const set = async (command: string): Promise<void> => {
      const quoted = command.replaceAll("'", "''");
      await bed.cluster.sql(`ALTER SYSTEM SET archive_command = '${quoted}'; SELECT pg_reload_conf()`);
    };
    await set(`${before}; true`);
    const begun = bed.daemon.events.length;
    expect((await bed.run(['check'])).code).toBe(2);
    const ended = await bed.daemon.event(
      'the check has ended',
      ({ event, text }, index) => index >= begun && event === 'job-ended' && text.includes('check'),
    );
    expect(ended).toMatchObject({
      level: 'warning',
      text: expect.stringContaining('archive-command-hides-errors'),
    });
    const seen = await bed.expectFinding('archive-command-hides-errors');
    expect(seen).toMatchObject({
      severity: 'critical',
      evidence: expect.stringMatching(/; true \(run check-\S+ at /),
    });
    await set(before);
    expect((await bed.run(['check'])).code).toBeLessThan(2);
    await bed.expectEnded('archive-command-hides-errors');
  }, 300_000);

  it('loses more by an expire of pgBackRest than the policy allows', async () => {
    await configure(keeping({ full: '1d', minimum: 2 }));
    const seen = await bed.expectFinding('forecast-expire-undercuts');
    expect(seen.severity).toBe('warning');
    await configure();
    await bed.expectEnded('forecast-expire-undercuts');
  }, 300_000);

  it('has a backup of damaged pages', async () => {
    await bed.cluster.sql('CREATE TABLE pages AS SELECT generate_series(1, 1000) AS number');
    await bed.cluster.sql('CHECKPOINT');
    const path = await bed.cluster.value(`SELECT pg_relation_filepath('pages')`);
    const repair = damage(join(bed.cluster.dataDirectory, path), () => 8192 + 4000);
    await bed.run(['backup', '--type', 'full', '--json']);
    const seen = await bed.expectFinding('backup-page-errors');
    expect(seen.severity).toBe('warning');
    repair();
    // Two newer ones are kept.
    await bed.backup('full');
    await bed.backup('full');
    await bed.mustRun(['expire']);
    await bed.expectEnded('backup-page-errors');
  }, 300_000);
});
