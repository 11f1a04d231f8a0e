import { existsSync, renameSync, rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRunbookBed, type RunbookBed } from '../support/runbook-bed.ts';

/** A host that has lost everything but its programs, a kit, and the passphrases of the safe. */
let runbook: RunbookBed;

beforeEach(async () => {
  runbook = await createRunbookBed('lost');
  const { bed } = runbook;
  await bed.backup('full', 'offsite');
  bed.sandbox.write('safe/kit', 'seven quiet otters paint the northern harbour\n');
  const words = [
    '--out',
    bed.sandbox.file('safe/kit.tar'),
    '--passphrase-file',
    bed.sandbox.file('safe/kit'),
  ];
  await bed.mustRun(['kit', 'create', ...words]);
  renameSync(bed.sandbox.file('holdfast/secrets/main-offsite'), bed.sandbox.file('safe/offsite'));
});
afterEach(async () => {
  await runbook[Symbol.asyncDispose]();
});

const blanksOf = ({ bed }: RunbookBed): Record<string, string> => ({
  KIT: bed.sandbox.file('safe/kit.tar'),
  KIT_PASSPHRASE: bed.sandbox.file('safe/kit'),
  PASSPHRASE_OFFSITE: bed.sandbox.file('safe/offsite'),
  DIR: bed.sandbox.file('opened'),
});

/** Everything that Holdfast and pgBackRest had on the host; repositories are elsewhere. */
function loseConfiguration({ bed }: RunbookBed): void {
  for (const name of ['etc', 'state', 'log', 'lock', 'spool', 'secrets', 'holdfast.yaml'])
    rmSync(bed.sandbox.file('holdfast', name), { recursive: true, force: true });
}

describe.each(['holdfast', 'plain'] as const)('the runbook, column %s', (column) => {
  it('puts a new machine in the place of a lost one', async () => {
    const { cluster } = runbook.bed;
    await runbook.addRow();
    await cluster.sql('SELECT pg_switch_wal()');
    const before = await runbook.rows();
    await runbook.bed.run(['check']);
    await cluster.kill();
    rmSync(cluster.dataDirectory, { recursive: true });
    loseConfiguration(runbook);
    const { [column]: way } = runbook.scenario('lost-host');
    await runbook.follow(way.steps, blanksOf(runbook));
    expect(await runbook.rows()).toEqual(before);
    await runbook.follow(way.proof);
  });

  it('restores on a machine that has nothing of production', async () => {
    const { cluster } = runbook.bed;
    await runbook.addRow();
    await cluster.sql('SELECT pg_switch_wal()');
    await runbook.bed.run(['check']);
    await cluster.kill();
    rmSync(cluster.dataDirectory, { recursive: true });
    loseConfiguration(runbook);
    const { [column]: way } = runbook.scenario('other-machine');
    await runbook.follow(way.steps, blanksOf(runbook));
    const shown = await runbook.follow(way.proof);
    expect(shown).toMatch(column === 'holdfast' ? /elsewhere/ : /^\d{4}-/m);
    expect(existsSync(`${cluster.dataDirectory}/postmaster.pid`)).toBe(false);
    await runbook.follow(way.back);
  });
});
