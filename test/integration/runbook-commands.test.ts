import { readFileSync, rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRunbookBed, type RunbookBed } from '../support/runbook-bed.ts';

/**
 * Every command of these scenarios is taken out of the runbook and typed into a shell, in both columns. The scenarios
 * that take longer are in test/slow/.
 */
let runbook: RunbookBed;

beforeAll(async () => {
  runbook = await createRunbookBed('runbook');
  await runbook.bed.backup('full', 'local');
});
afterAll(async () => {
  await runbook[Symbol.asyncDispose]();
});

describe.each(['holdfast', 'plain'] as const)('the runbook, column %s', (column) => {
  it('goes back to a moment, and undoes that', async () => {
    const before = await runbook.rows();
    const moment = await runbook.moment();
    const late = await runbook.addRow();
    const { [column]: way } = runbook.scenario('moment');
    await runbook.follow(way.steps, { MOMENT: moment });
    expect(await runbook.rows()).toEqual(before);
    await runbook.follow(way.proof);
    const { [column]: undo } = runbook.scenario('undo');
    await runbook.follow(undo.steps);
    expect(await runbook.rows()).toEqual([...before, late]);
    await runbook.follow(undo.proof);
    await runbook.bed.backup('full', 'local');
    runbook.tidy();
  });

  it('brings a dropped table back', async () => {
    const before = await runbook.rows();
    const moment = await runbook.moment();
    await runbook.bed.cluster.sql('DROP TABLE known; SELECT pg_switch_wal()');
    const { [column]: way } = runbook.scenario('dropped-table');
    await runbook.follow(way.steps, { MOMENT: moment, TABLE: 'public.known', DATABASE: 'postgres' });
    expect(await runbook.rows()).toEqual(before);
    const shown = await runbook.follow(way.proof, { TABLE: 'public.known', DATABASE: 'postgres' });
    expect(shown.trim()).toBe(String(before.length));
  });

  it('finds a lost passphrase on the host', async () => {
    const file = runbook.bed.sandbox.file('holdfast/secrets/main-offsite');
    const passphrase = readFileSync(file, 'utf8');
    rmSync(file);
    const { [column]: way } = runbook.scenario('lost-passphrase-offsite');
    await runbook.follow(way.steps);
    expect(readFileSync(file, 'utf8').trim()).toBe(passphrase.trim());
    await runbook.follow(way.proof);
  });
});
