import type { CommandModule } from '../command-definition.ts';
import { completionScript, type Shell } from '../completion-script.ts';
import { commandDefinitions } from '../definitions/all.ts';

/** `holdfast completion SHELL`. */
export const run: CommandModule['run'] = (input) => {
  const shell = input.argument('shell') as Shell;
  const script = completionScript(shell, commandDefinitions);
  return Promise.resolve({ data: { shell, script }, text: script });
};
