import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeAroundMoment } from '../support/around-moment.ts';
import { archiveWal, createKnownRows, readKnownRows, type KnownRows } from '../support/data.ts';
import { listFiles } from '../support/hash-tree.ts';
import { isRunning } from '../support/processes.ts';
import { createProtectedBed, type ProtectedBed, type RestoredCopy } from '../support/protected-bed.ts';

/*
 * A copy beside a production server that runs, whose postgresql.auto.conf has archive_mode and archive_command (setup
 * wrote them with ALTER SYSTEM): whatever is done with the copy, nothing of it comes to production's archive.
 */
let bed: ProtectedBed;
let moment: string;
let atMoment: KnownRows;
let last: KnownRows;
let pid: number | undefined;
let archived: readonly string[];

const archive = (): readonly string[] => listFiles(`${bed.configuration.repository('local')}/archive`);
const autoConf = (directory: string): string => readFileSync(`${directory}/postgresql.auto.conf`, 'utf8');

beforeAll(async () => {
  bed = await createProtectedBed({ name: 'beside' });
  await createKnownRows(bed.cluster, 10);
  ({ moment, before: atMoment, last } = await writeAroundMoment(bed));
  await archiveWal(bed.cluster);
  // Its archive_timeout would add segments of its own while we look.
  await bed.cluster.sql(`ALTER SYSTEM SET archive_timeout = 0; SELECT pg_reload_conf();`);
  pid = bed.cluster.pid();
  archived = archive();
});
afterAll(async () => bed?.[Symbol.asyncDispose]());

/** Writes WAL and ends segments on the copy: what an archiving server would now archive. */
async function writeMuch(copy: RestoredCopy): Promise<void> {
  await copy.sql(`INSERT INTO known_rows (id, note) SELECT id, md5(id::text) FROM generate_series(
      (SELECT max(id) + 1 FROM known_rows), (SELECT max(id) + 5000 FROM known_rows)) AS id`);
  await copy.sql(`SELECT pg_switch_wal(); CREATE TABLE IF NOT EXISTS other (a int); SELECT pg_switch_wal();`);
  await copy.sql(`CHECKPOINT`);
}

async function expectProductionUntouched(): Promise<void> {
  expect(bed.cluster.pid()).toBe(pid);
  expect(await readKnownRows(bed.cluster)).toEqual(last);
  expect(archive()).toEqual(archived);
}

describe('a copy beside a running production server', () => {
  it('never archives: not after the restore, not when written to, not when started plainly later', async () => {
    expect(autoConf(bed.cluster.dataDirectory)).toMatch(
      /archive_mode = 'on'[^]*archive_command = '.*pgbackrest/,
    );
    const settings = autoConf(bed.cluster.dataDirectory);
    await using copy = await bed.restoreCopy('--to', moment);
    expect(await readKnownRows(copy)).toEqual(atMoment);
    expect(copy.outcome.reached).toEqual(expect.objectContaining({ timeline: 1, newTimeline: 2 }));
    expect(copy.port).not.toBe(bed.cluster.port);
    const facts = `SELECT current_setting('archive_mode') || ' ' || current_setting('port') || ' ' || current_setting('data_directory')`;
    expect(await copy.value(facts)).toBe(`off ${copy.port} ${copy.directory}`);
    await writeMuch(copy);
    await expectProductionUntouched();

    await copy.stop();
    const { sandbox, binaries } = bed.cluster;
    const plainly = ['start', '-w', '-D', copy.directory, '-l', sandbox.file('plain.log')];
    await sandbox.mustRun(`${binaries.directory}/pg_ctl`, plainly);
    expect(await copy.value(facts)).toBe(`off ${copy.port} ${copy.directory}`);
    await writeMuch(copy);
    expect(existsSync(`${copy.directory}/pg_wal/archive_status`)).toBe(true);
    expect(
      listFiles(`${copy.directory}/pg_wal/archive_status`).filter((name) => name.endsWith('.ready')),
    ).toEqual([]);
    await expectProductionUntouched();
    expect(autoConf(bed.cluster.dataDirectory)).toBe(settings);

    // Production goes on archiving its own, on its own timeline.
    const segment = await archiveWal(bed.cluster);
    const added = archive().filter((name) => !archived.includes(name));
    expect(added.every((name) => name.includes(`/${segment}-`))).toBe(true);
    archived = archive();
  });

  it('is made for the latest commit too, and undo stops it and keeps its files', async () => {
    await using copy = await bed.restoreCopy('--to', 'latest');
    expect(await readKnownRows(copy)).toEqual(last);
    const postmaster = Number(readFileSync(`${copy.directory}/postmaster.pid`, 'utf8').split('\n')[0]);
    const undone = await bed.mustRun(['undo', copy.outcome.id, '--yes']);
    expect(undone.stdout).toContain(copy.directory);
    expect(isRunning(postmaster)).toBe(false);
    expect(existsSync(`${copy.directory}/PG_VERSION`)).toBe(true);
    await expectProductionUntouched();
  });

  it("leaves production's spool alone, and has lock and spool of its own", async () => {
    // What the asynchronous archiver notes for segments it has pushed; a restore with the same spool removes it.
    const spool = `${bed.configuration.spoolDirectory}/archive/main`;
    expect(existsSync(spool)).toBe(true);
    const before = listFiles(spool);
    expect(before.length).toBeGreaterThan(0);
    await using copy = await bed.restoreCopy('--to', moment);
    expect(await readKnownRows(copy)).toEqual(atMoment);
    expect(listFiles(spool)).toEqual(before);
    const own = `${bed.configuration.stateDirectory}/copies/${copy.outcome.id}`;
    expect(autoConf(copy.directory)).toContain(`--lock-path=${own}/lock`);
    expect(autoConf(copy.directory)).toContain(`--spool-path=${own}/spool`);
    await expectProductionUntouched();
  });

  it('is refused where it would touch something', async () => {
    const free = String(await bed.sandbox.port());
    const into = (directory: string, port = free): ReturnType<ProtectedBed['refuse']> =>
      bed.refuse('--to', 'latest', '--into', directory, '--port', port);
    const inside = await into(`${bed.cluster.dataDirectory}/copy`);
    expect(inside).toMatchObject({ code: 86, rules: ['destination-overlaps-production'] });
    expect((await into(bed.cluster.dataDirectory)).rules).toContain('destination-overlaps-production');
    bed.sandbox.write('full/something', 'mine');
    expect((await into(bed.sandbox.file('full'))).rules).toEqual(['destination-not-empty']);
    const port = String(bed.cluster.port);
    expect((await into(bed.sandbox.file('taken'), port)).rules).toEqual(['port-taken']);
    expect(existsSync(bed.sandbox.file('taken'))).toBe(false);
    await expectProductionUntouched();
  });

  it('is made while production is down as well, and does not start it', async () => {
    await bed.cluster.stop();
    await using copy = await bed.restoreCopy('--to', moment);
    expect(await readKnownRows(copy)).toEqual(atMoment);
    expect(bed.cluster.isRunning()).toBe(false);
  });
});
