import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Engine } from '../../src/engine/engine.ts';
import type { Server } from '../../src/postgres/server.ts';
import { identifyProcess } from '../../src/process/process-identity.ts';
import { applyRestore } from '../../src/recovery/apply/apply-restore.ts';
import { resumeRestore } from '../../src/recovery/apply/resume-restore.ts';
import { findOrphan } from '../../src/recovery/apply/stand-of-restore.ts';
import type { RestorePlan } from '../../src/recovery/restore-plan.ts';
import { applyUndo } from '../../src/recovery/undo/apply-undo.ts';
import { planUndo } from '../../src/recovery/undo/plan-undo.ts';
import { decodeJson } from '../../src/store/journal-json.ts';
import { openJournal } from '../../src/store/open-journal.ts';

/** What the driver is to do, in the file that is its only argument (journal-json.ts). */
export interface DriverRequest {
  readonly action: 'apply' | 'resume' | 'undo';
  readonly plan: RestorePlan;
  readonly engine: Engine;
  readonly server: Server;
  readonly stateDirectory: string;
  /** SIGKILL to itself when it comes to this checkpoint. */
  readonly dieAt: string | undefined;
  /** SIGKILL to itself this many milliseconds after the engine's restore was begun. */
  readonly dieAfterSpawnMs: number | undefined;
}

/*
 * A Holdfast in a process of its own that can be killed at a given place. Not part of the product: the places are
 * the injected checkpoints of a restore.
 */
const request = decodeJson(readFileSync(process.argv[2] as string, 'utf8')) as DriverRequest;
using journal = openJournal(request.stateDirectory, { owner: undefined, now: () => Date.now() });

const dieNow = (): void => void process.kill(process.pid, 'SIGKILL');
const deps = {
  engine: request.engine,
  journal,
  server: request.server,
  actor: { user: 'test', host: 'here', via: 'cli' },
  cause: 'holdfast',
  process: identifyProcess(process.pid),
  currentUid: process.getuid?.() ?? 0,
  now: () => Date.now(),
  sleep: (milliseconds: number) => delay(milliseconds),
  limits: { pollMs: 100, archiveMs: 20_000 },
  checkpoint: async (place: string): Promise<void> => {
    if (place === request.dieAt) dieNow();
    if (place === 'started restore-files' && request.dieAfterSpawnMs !== undefined) {
      setTimeout(dieNow, request.dieAfterSpawnMs);
    }
  },
};

if (request.action === 'apply') await applyRestore(request.plan, deps);
else if (request.action === 'resume') await resumeRestore(request.plan.id, deps);
else {
  const run = journal.findRun(request.plan.id);
  if (run === undefined) throw new Error('no such restore');
  await applyUndo(planUndo(run, journal.stepsOf(run.id), findOrphan(journal, run)), deps);
}
