import { availableParallelism } from 'node:os';
import { resolveSecret } from '../config/secrets.ts';
import type { JobDeps } from '../jobs/job-deps.ts';
import type { CommandContext } from './context.ts';
import { createClock } from './create-clock.ts';
import { readPackageVersion } from './package-version.ts';
import { secretAccess } from './secret-access.ts';

/** What jobs work with when they run in a command. */
export async function createJobDeps(context: CommandContext): Promise<JobDeps> {
  const access = secretAccess(context);
  return {
    configuration: await context.configuration(),
    engine: await context.engine(),
    engineUser: await context.engineUser(),
    journal: await context.journal(),
    clock: createClock(),
    newRunId: (kind) => context.newRunId(kind),
    random: () => Math.random(),
    pid: process.pid,
    currentUid: context.uid,
    path: context.path,
    cores: availableParallelism(),
    holdfast: readPackageVersion(import.meta.dirname),
    hostZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    resolveSecret: (reference) => resolveSecret(reference, access),
  };
}
