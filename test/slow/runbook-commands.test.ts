import { chmodSync, existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRunbookBed, type RunbookBed } from '../support/runbook-bed.ts';

/** Every command of these scenarios is taken out of the runbook and typed into a shell, in both columns. */
let runbook: RunbookBed;

beforeAll(async () => {
  runbook = await createRunbookBed('runbook');
  await runbook.bed.backup('full', 'local');
  await runbook.bed.backup('full', 'offsite');
});
afterAll(async () => {
  await runbook[Symbol.asyncDispose]();
});

describe.each(['holdfast', 'plain'] as const)('the runbook, column %s', (column) => {
  it.each(['latest', 'latest-from-offsite'])('brings everything back: %s', async (id) => {
    const { [column]: way } = runbook.scenario(id);
    await runbook.addRow();
    const before = await runbook.rows();
    // The server is gone with what it had not archived yet.
    await runbook.bed.cluster.kill();
    await runbook.follow(way.steps);
    expect(await runbook.rows()).toEqual(before);
    await runbook.follow(way.proof);
    runbook.tidy();
  });

  it('goes back to a set, and from there back again', async () => {
    const label = await runbook.bed.backup('full', 'local');
    const before = await runbook.rows();
    const late = await runbook.addRow();
    const { [column]: way } = runbook.scenario('set');
    await runbook.follow(way.steps, { SET: label });
    expect(await runbook.rows()).toEqual(before);
    await runbook.follow(way.proof);
    await runbook.follow(way.back);
    expect(await runbook.rows()).toEqual([...before, late]);
    runbook.tidy();
  });

  it('protects the cluster again after a restore', async () => {
    const { [column]: way } = runbook.scenario('after-restore');
    await runbook.follow(way.steps);
    const told = await runbook.follow(way.proof);
    expect(told).not.toMatch(/critical/i);
  });

  it('makes a lost repository again, each of them', async () => {
    for (const name of ['local', 'offsite'] as const) {
      const lost = `${runbook.bed.configuration.repository(name)}/${name === 'local' ? '' : 'backup'}`;
      rmSync(lost, { recursive: true });
      const { [column]: way } = runbook.scenario(`lost-repository-${name}`);
      await runbook.follow(way.steps);
      await runbook.addRow();
      await runbook.follow(way.proof);
      const info = await runbook.bed.mustRun(['info', '--repo', name, '--json']);
      expect(info.stdout).toMatch(/"type": ?"full"/);
      runbook.tidy();
    }
  });

  it('begins anew where the passphrase is gone for good', async () => {
    const { sandbox, configuration } = runbook.bed;
    const file = sandbox.file('holdfast/secrets/main-offsite');
    const passphrase = readFileSync(file, 'utf8');
    const { [column]: way } = runbook.scenario('passphrase-gone-offsite');
    await runbook.follow(way.steps);
    expect(readFileSync(file, 'utf8').trim()).not.toBe(passphrase.trim());
    await runbook.follow(way.proof);
    expect(existsSync(`${configuration.repository('offsite')}/backup/main.unreadable/backup.info`)).toBe(
      true,
    );
    rmSync(`${file}.lost`);
    runbook.tidy();
  });

  it('shows the past beside production, and takes that away again', async () => {
    const moment = await runbook.moment();
    await runbook.addRow();
    await runbook.bed.cluster.sql('SELECT pg_switch_wal()');
    const { [column]: way } = runbook.scenario('copy');
    await runbook.follow(way.steps, { MOMENT: moment });
    await runbook.follow(way.proof);
    await runbook.follow(way.back);
    expect(existsSync(runbook.bed.sandbox.file('holdfast/state-by-hand'))).toBe(false);
  });

  it('finds when something went wrong', async () => {
    const moment = await runbook.moment();
    const count = (await runbook.rows()).length;
    await runbook.addRow();
    const later = await runbook.moment();
    await runbook.bed.cluster.sql(`DELETE FROM known WHERE id = 1; SELECT pg_switch_wal()`);
    const { [column]: way } = runbook.scenario('bad-update');
    const shown = await runbook.follow(way.steps, {
      MOMENT: moment,
      LATER: later,
      DATABASE: 'postgres',
      PROBE: 'SELECT count(*) FILTER (WHERE id = 1) = 1 FROM known',
    });
    expect(shown).toMatch(column === 'holdfast' ? /holdfast (?:rescue|restore)/ : /^t$/m);
    await runbook.insert(1);
    expect((await runbook.rows()).length).toBe(count + 1);
  });

  it('replaces a damaged page', async () => {
    const { cluster } = runbook.bed;
    const before = await runbook.rows();
    await runbook.bed.backup('full', 'local');
    await runbook.damage('known');
    await expect(cluster.sql('SELECT * FROM known')).rejects.toThrow(/invalid page/);
    const { [column]: way } = runbook.scenario('corrupt-page');
    await runbook.follow(way.steps);
    expect(await runbook.rows()).toEqual(before);
    await runbook.follow(way.proof);
    runbook.tidy();
  });

  it('empties a full pg_wal once the cause is gone', async () => {
    const { cluster, configuration, sandbox } = runbook.bed;
    const archive = `${configuration.repository('local')}/archive`;
    chmodSync(archive, 0o000);
    if (runbook.asRoot) renameSync(archive, `${archive}.away`);
    const blanks = { ROOM: sandbox.directory(`room-${column}`) };
    const { [column]: way } = runbook.scenario('full-wal-disk');
    const last = way.steps.findIndex(({ title }) => title.startsWith('Once the cause is gone'));
    await cluster.sql('SELECT pg_switch_wal()');
    await runbook.addRow();
    await cluster.sql('SELECT pg_switch_wal()');
    await runbook.follow(way.steps.slice(0, last), blanks);
    if (runbook.asRoot) renameSync(`${archive}.away`, archive);
    chmodSync(archive, 0o750);
    const before = await runbook.rows();
    await runbook.follow(way.steps.slice(last), blanks);
    await runbook.follow(way.proof, blanks);
    await runbook.follow(way.back, blanks);
    expect(await runbook.rows()).toEqual(before);
    renameSync(`${cluster.dataDirectory}/pg_wal.old`, sandbox.file(`room-${column}`, 'old'));
  });
});
