import { setTimeout as sleep } from 'node:timers/promises';
import { hostname } from 'node:os';
import { identifyProcess } from '../process/process-identity.ts';
import type { RestoreEvent } from '../recovery/apply/restore-context.ts';
import type { CopyDependencies } from '../recovery/copy/copy-deps.ts';
import { sweepCopies } from '../recovery/copy/sweep-copies.ts';
import type { CommandContext } from './context.ts';

/** What copies are made and dropped with in a command; events go to `emit`. */
export async function copyDependencies(
  context: CommandContext,
  emit: (event: RestoreEvent) => void,
): Promise<CopyDependencies> {
  const opening = context.engine();
  // What it throws is thrown where it is awaited.
  opening.catch(() => {});
  return {
    configuration: await context.configuration(),
    engine: await context.engineProgram(),
    opening,
    journal: await context.journal(),
    actor: await context.actor(),
    cause: context.cause,
    process: identifyProcess(process.pid),
    currentUid: context.uid,
    path: context.path,
    host: hostname(),
    newRunId: (kind) => context.newRunId(kind),
    now: () => context.now(),
    sleep: (milliseconds) => sleep(milliseconds),
    emit,
    signal: context.signal,
  };
}

/** Drops what should not be there any more, and says so. */
export async function sweepAndTell(context: CommandContext, deps: CopyDependencies): Promise<void> {
  for (const { copy, reason, failure } of await sweepCopies(deps)) {
    if (failure === undefined) context.terminal.printNote(`${copy.id} was dropped: ${reason}`);
    else
      context.terminal.printWarning(`holdfast: warning: ${copy.id} could not be dropped: ${failure.message}`);
  }
}
