import { runCommand, type CommandResult } from '../../src/process/run-command.ts';
import { standOfRestore, type RestoreStand } from '../../src/recovery/apply/stand-of-restore.ts';
import type { RestorePlan } from '../../src/recovery/restore-plan.ts';
import { encodeJson } from '../../src/store/journal-json.ts';
import type { RestoreBed } from './restore-bed.ts';
import type { DriverRequest } from './restore-driver.ts';

/** Where a driven Holdfast kills itself. */
export interface Death {
  /** A checkpoint. */
  readonly dieAt?: string;
  /** Milliseconds after the engine's restore was begun. */
  readonly dieAfterSpawnMs?: number;
}

/** Runs Holdfast's restore, resume or undo in a process of its own (restore-driver.ts). */
export interface RestoreDrive {
  run(action: DriverRequest['action'], plan: RestorePlan, death?: Death): Promise<CommandResult>;
  /** @throws Error when it does not succeed */
  finishes(action: DriverRequest['action'], plan: RestorePlan): Promise<void>;
  /** @throws Error when it does not die where it should */
  dies(action: DriverRequest['action'], plan: RestorePlan, death: Death): Promise<void>;
  standOf(plan: RestorePlan): RestoreStand;
}

const driver = `${import.meta.dirname}/restore-driver.ts`;

export function createRestoreDrive(bed: RestoreBed): RestoreDrive {
  const drive: RestoreDrive = {
    run(action, plan, death = {}) {
      const request: DriverRequest = {
        action,
        plan,
        engine: bed.engine,
        server: bed.server,
        stateDirectory: bed.stateDirectory,
        dieAt: death.dieAt,
        dieAfterSpawnMs: death.dieAfterSpawnMs,
      };
      const file = bed.sandbox.write('driver.json', encodeJson(request));
      const args = ['--disable-warning=ExperimentalWarning', driver, file];
      return runCommand({
        command: process.execPath,
        args,
        env: { PATH: '/usr/bin:/bin' },
        timeoutMs: 120_000,
      });
    },
    async finishes(action, plan) {
      const result = await drive.run(action, plan);
      if (result.code !== 0) throw new Error(`${action} of ${plan.id}: ${result.stderr}`);
    },
    async dies(action, plan, death) {
      const result = await drive.run(action, plan, death);
      if (result.signal !== 'SIGKILL') {
        throw new Error(`${action} of ${plan.id} did not die at ${JSON.stringify(death)}: ${result.stderr}`);
      }
    },
    standOf(plan) {
      using journal = bed.openJournal();
      const run = journal.findRun(plan.id);
      if (run === undefined) throw new Error(`no run ${plan.id}`);
      return standOfRestore(journal, run);
    },
  };
  return drive;
}
