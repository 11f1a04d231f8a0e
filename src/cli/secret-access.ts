import { readFile } from 'node:fs/promises';
import type { SecretDependencies } from '../config/secrets.ts';
import { runCommand } from '../process/run-command.ts';
import type { CommandContext } from './context.ts';
import { readEnvironmentBeside } from './environment-beside.ts';

/**
 * How this process gets at secrets: its own environment and the `.env` beside
 * holdfast.yaml, files, and commands run by sh as the present user with that
 * user's own environment, as a person who tries the command by hand would have it.
 */
export function secretAccess(context: CommandContext): SecretDependencies {
  return {
    // What the process was given comes before the file; the file is read only when a variable is asked for.
    get env() {
      return { ...Object.fromEntries(readEnvironmentBeside(context.configFile())), ...context.env };
    },
    readText: (path) => readFile(path, 'utf8'),
    runShell: async (command) => {
      const env = Object.fromEntries(
        Object.entries(context.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
      );
      const { signal, onSpawn } = context;
      const result = await runCommand({
        command: '/bin/sh',
        args: ['-c', command],
        env,
        signal,
        onSpawn,
        timeoutMs: 60_000,
      });
      if (result.code !== 0) throw new Error(`the command ended with ${result.code ?? result.signal}`);
      return result.stdout;
    },
  };
}
