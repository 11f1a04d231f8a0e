import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRunbookBed, type RunbookBed } from '../support/runbook-bed.ts';

/** Every command of these scenarios is taken out of the runbook and typed into a shell, in both columns. */
let runbook: RunbookBed;
let id = 1;

beforeAll(async () => {
  runbook = await createRunbookBed('runbook');
  await runbook.bed.backup('full', 'local');
  await runbook.bed.backup('full', 'offsite');
});
afterAll(async () => {
  await runbook[Symbol.asyncDispose]();
});

async function addRow(): Promise<number> {
  id += 1;
  await runbook.insert(id);
  return id;
}

describe.each(['holdfast', 'plain'] as const)('the runbook, column %s', (column) => {
  it('goes back to a moment, and undoes that', async () => {
    const before = await runbook.rows();
    const moment = await runbook.moment();
    const late = await addRow();
    const { [column]: way } = runbook.scenario('moment');
    await runbook.follow(way.steps, { MOMENT: moment });
    expect(await runbook.rows()).toEqual(before);
    await runbook.follow(way.proof);
    const { [column]: undo } = runbook.scenario('undo');
    await runbook.follow(undo.steps);
    expect(await runbook.rows()).toEqual([...before, late]);
    await runbook.follow(undo.proof);
    runbook.tidy();
  });

  it('protects the cluster again after that', async () => {
    const { [column]: way } = runbook.scenario('after-restore');
    await runbook.follow(way.steps);
    const told = await runbook.follow(way.proof);
    expect(told).not.toMatch(/critical/i);
  });
});
