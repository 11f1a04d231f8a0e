import { mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Journal } from '../../store/journal.ts';
import { openJournal } from '../../store/open-journal.ts';
import type { UndoPlan } from './plan-undo.ts';
import { requireKept } from './require-kept.ts';

let root: string;
let journal: Journal;
const restoreId = 'restore-20261120T103000Z-3f2a';
const undoId = 'undo-20261120T103000Z-3f2a';
const place = (name: string): string => join(root, name);
const run = { stanza: 'main', repository: undefined, cause: '', process: undefined };
const actor = { user: 'a', host: 'b', via: 'cli' } as const;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'hf-kept-'));
  journal = openJournal(place('state'), { owner: undefined, now: () => 1 });
  const plan = {
    planVersion: 1,
    id: restoreId,
    steps: ['move-aside', 'restore-files'].map((name) => ({ name })),
  };
  journal.startRun({ ...run, actor, id: restoreId, kind: 'restore', facts: { plan, server: {} } });
  for (const name of ['ts', 'data']) mkdirSync(place(name));
});
afterEach(() => {
  journal[Symbol.dispose]();
  rmSync(root, { recursive: true });
});

const putBack = (name: string, what: 'data' | 'tablespace'): UndoPlan['actions'][number] => ({
  kind: 'put-back',
  what,
  path: place(name),
  aside: place(`${name}.aside`),
  undone: place(`${name}.undone`),
});

const undoPlan = (): UndoPlan => ({
  undoVersion: 1,
  id: undoId,
  restoreId,
  stanza: 'main',
  mode: 'in-place',
  actions: [putBack('ts', 'tablespace'), putBack('data', 'data')],
  commands: [],
  keeps: [],
  warnings: [],
});

async function look(): Promise<string> {
  const restore = journal.findRun(restoreId);
  if (restore === undefined) throw new Error('no run');
  return requireKept(undoPlan(), restore, journal).then(
    () => 'kept',
    (error: unknown) => String(error),
  );
}

function moveAside(result: 'ok' | 'interrupted'): void {
  const { sequence } = journal.startStep(restoreId, 'move-aside');
  journal.finishStep(restoreId, sequence, result);
}

describe('requireKept', () => {
  it('wants every directory that was moved aside, and names the one that is gone', async () => {
    moveAside('ok');
    for (const name of ['ts', 'data']) mkdirSync(place(`${name}.aside`));
    expect(await look()).toBe('kept');
    rmSync(place('data.aside'), { recursive: true });
    expect(await look()).toContain(`${place('data.aside')} is gone`);
    rmSync(place('ts.aside'), { recursive: true });
    expect(await look()).toContain('are gone');
  });

  it('does not miss what never went aside', async () => {
    moveAside('interrupted');
    renameSync(place('ts'), place('ts.aside'));
    expect(await look()).toBe('kept');
    journal.startStep(restoreId, 'restore-files');
    expect(await look()).toContain('is gone');
  });

  it('knows what an undo that was killed has put back already', async () => {
    moveAside('ok');
    const facts = { restoreId, undoPlan: undoPlan() };
    journal.startRun({ ...run, actor, id: undoId, kind: 'undo', facts });
    // One is back with the restored one beside it; of the other nothing was left that had to be set away.
    mkdirSync(place('ts.undone'));
    expect(await look()).toContain(`${place('data.aside')} is gone`);
    const { sequence } = journal.startStep(undoId, '2-put-back');
    journal.updateStep(undoId, sequence, { setAway: place('data') });
    expect(await look()).toBe('kept');
    rmSync(place('data'), { recursive: true });
    expect(await look()).toContain('is gone');
  });
});
