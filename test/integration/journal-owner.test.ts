import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NewRun } from '../../src/store/journal.ts';
import { openJournal } from '../../src/store/open-journal.ts';
import { bundleModule, nodeProgram } from '../support/installation.ts';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';
import { requireRoot } from '../support/test-user.ts';

/* Root and the owner of the database have the same journal open, in processes of their own. */
let sandbox: Sandbox;
let journalModule: string;
beforeAll(async () => {
  sandbox = await createSandbox('journal');
  journalModule = bundleModule('src/store/open-journal.ts', sandbox.directory('module', 0o755));
});
afterAll(async () => sandbox?.[Symbol.asyncDispose]());

const restoreRun = (id: string): NewRun => ({
  id,
  kind: 'restore',
  stanza: 'main',
  repository: 'local',
  actor: { user: 'anna', host: 'db1', via: 'cli' },
  cause: 'holdfast restore --to latest',
  facts: {},
  process: { pid: 7, startTicks: 8 },
});

/** A process of postgres adds a run of its own. */
function addAsOwner(directory: string, id: string): void {
  const { uid, gid } = sandbox.owner;
  const code = `
    import { openJournal } from ${JSON.stringify(journalModule)};
    const journal = openJournal(${JSON.stringify(directory)}, { owner: undefined, now: () => 5 });
    journal.startRun(${JSON.stringify(restoreRun(id))});
    journal[Symbol.dispose]();`;
  const args = ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', code];
  const child = spawnSync(nodeProgram(), args, { uid, gid, cwd: '/', encoding: 'utf8', env: {} });
  expect(child).toMatchObject({ stderr: '', status: 0 });
}

describe('the journal', () => {
  it('is used by root and by the owner of the database, in turn and at once', () => {
    const { owner } = requireRoot();
    const ids = { uid: owner.uid, gid: owner.gid };
    const directory = join(sandbox.path, 'state');
    let time = 1_000;
    const open = (): ReturnType<typeof openJournal> => openJournal(directory, { owner, now: () => time++ });
    {
      using journal = open();
      journal.startRun(restoreRun('restore-root-1'));
      expect(statSync(journal.file)).toMatchObject(ids);
      expect(statSync(`${journal.file}-wal`)).toMatchObject(ids);
      expect(statSync(`${journal.file}-shm`)).toMatchObject(ids);
      addAsOwner(directory, 'restore-owner-1');
      journal.startRun(restoreRun('restore-root-2'));
    }
    addAsOwner(directory, 'restore-owner-2');
    using journal = open();
    expect(journal.listRuns()).toHaveLength(4);
  });
});
