import { access, constants } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Failure, isFailure } from '../model/failure.ts';
import { standardPath } from '../process/os-user.ts';
import { runCommand, SpawnError } from '../process/run-command.ts';
import type { CommandContext } from './context.ts';
import { quoteForShell } from '../model/quote-for-shell.ts';

/**
 * Makes sure that the command runs as somebody who may do it.
 *
 * root may do everything: it stays root and its children step down. The engine's user may do what it owns. Anybody
 * else is taken to root by sudo where that needs no password; otherwise the command to type is in the failure.
 *
 * @returns undefined: go on here. A number: the command ran through sudo and ended with this exit code
 * @throws Failure not-permitted
 */
export async function requirePermission(context: CommandContext): Promise<number | undefined> {
  if (context.uid === 0) return undefined;
  const user = await engineUserOf(context);
  if (user?.uid === context.uid) return undefined;
  const command = sudoCommand(context);
  if (await sudoNeedsNoPassword()) {
    context.terminal.printNote(`holdfast: running as root through sudo: ${typed(command)}`);
    const { runThroughSudo } = await import('./run-through-sudo.ts');
    return runThroughSudo(command);
  }
  const name = user?.name ?? 'the owner of the cluster';
  throw new Failure('not-permitted', {
    operation: 'run the command',
    place: `user id ${context.uid}`,
    problem: `this needs root or ${name}`,
    hint: `Type: ${typed(command)}`,
  });
}

/** The engine's user; undefined when the configuration may be read by root only, which answers the question too. */
async function engineUserOf(context: CommandContext): Promise<{ name: string; uid: number } | undefined> {
  try {
    return await context.engineUser();
  } catch (error) {
    if (isFailure(error, 'config-missing') && (await isHidden(context))) return undefined;
    throw error;
  }
}

/** True when the file is (or may be) there, but not for this user. */
async function isHidden(context: CommandContext): Promise<boolean> {
  try {
    await access(context.configFile(), constants.R_OK);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EACCES';
  }
}

async function sudoNeedsNoPassword(): Promise<boolean> {
  try {
    const result = await runCommand({
      command: 'sudo',
      args: ['-n', 'true'],
      env: { PATH: standardPath },
      timeoutMs: 10_000,
    });
    return result.code === 0;
  } catch (error) {
    if (error instanceof SpawnError) return false;
    throw error;
  }
}

/** The same command for sudo: this program by its absolute path, and the configuration that this user meant. */
function sudoCommand(context: CommandContext): readonly string[] {
  // bin/holdfast names itself; without it this is node and the compiled program.
  const launcher = context.env['HOLDFAST_PROGRAM'];
  const program = launcher === undefined ? [process.execPath, resolve(process.argv[1] ?? '')] : [launcher];
  const named = context.globals.config === undefined ? ['--config', context.configFile()] : [];
  return ['sudo', '-n', ...program, ...named, ...context.argv];
}

function typed(command: readonly string[]): string {
  return command
    .filter((word) => word !== '-n')
    .map(quoteForShell)
    .join(' ');
}
