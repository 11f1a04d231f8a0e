import { join } from 'node:path';
import { Failure } from '../../../model/failure.ts';
import { serverEnvironment } from '../../../postgres/server-environment.ts';
import type { Server } from '../../../postgres/server.ts';
import { type CommandResult, type CommandSpec, runCommand } from '../../../process/run-command.ts';
import type { DrillCheckContext } from '../drill-check.ts';

/** What a program of PostgreSQL's is given besides its arguments. */
type ProgramOptions = Pick<CommandSpec, 'input' | 'onLine'>;

/**
 * Runs a program of the restored server's version as its owner, and as far behind others as the copy itself. Any exit code is a result.
 *
 * @throws Failure interrupted; SpawnError where there is no such program
 */
export async function runProgram(
  { copy: { server }, signal }: Pick<DrillCheckContext, 'copy' | 'signal'>,
  name: string,
  args: readonly string[],
  options: ProgramOptions = {},
): Promise<CommandResult> {
  const result = await runCommand({
    command: join(server.binDirectory, name),
    args,
    env: serverEnvironment(server.owner, server.binDirectory, {
      PGAPPNAME: 'holdfast',
      PGCONNECT_TIMEOUT: '10',
    }),
    runAs: server.runAs,
    priority: server.priority,
    signal,
    ...options,
  });
  if (result.stopped === 'abort') throw interrupted();
  return result;
}

/** The restored server for libpq's programs. */
export function connectionArguments({ socketDirectory, node, owner }: Server): string[] {
  return [`--host=${socketDirectory}`, `--port=${node.port}`, `--username=${owner.name}`, '--no-password'];
}

/** The last line that a program said, in which it tells why it ended. */
export function lastLine(result: Pick<CommandResult, 'code' | 'stderr'>, program: string): string {
  return result.stderr.trim().split('\n').at(-1) || `${program} ended with ${String(result.code)}`;
}

/** What is thrown when the drill is to end. */
export function interrupted(): Failure {
  return new Failure('interrupted', { operation: 'check the restored cluster', problem: 'interrupted' });
}
