import { describe, expect, it } from 'vitest';
import { parseEngineVersion } from '../../src/model/engine-version.ts';
import { commandsOf, optionsOf } from '../../src/model/option-table.ts';
import { runCommand } from '../../src/process/run-command.ts';
import { engineUnderTest } from '../support/engines.ts';
import { testEnvironment, testUser } from '../support/test-user.ts';

/** What the engine itself prints, with an empty environment: up to 2.54.0 `help` reads the configuration too. */
async function ask(...args: string[]): Promise<string> {
  const { owner, runAs } = testUser();
  const result = await runCommand({ command: engineUnderTest(), args, env: testEnvironment(owner), runAs });
  expect(result.code).toBe(0);
  return result.stdout;
}

describe('option table', () => {
  it('names exactly the options of every command that the engine names in its help', async () => {
    const version = parseEngineVersion(await ask('version'));
    if (version === undefined) throw new Error('the engine did not tell its version');
    // `help` itself takes every option and lists none.
    const commands = commandsOf(version).filter((command) => command !== 'help' && command !== 'version');
    expect(commands.length).toBeGreaterThan(15);
    for (const command of commands) {
      const help = await ask('help', command);
      const told = [...help.matchAll(/^ {2}--([a-z0-9-]+)/gm)].map((match) => match[1]);
      const known = optionsOf(version).filter(
        (option) => option.commands.includes(command) && option.internal !== true,
      );
      const names = known.map((option) => option.name);
      expect({ command, names: names.toSorted() }).toEqual({ command, names: [...new Set(told)].toSorted() });
    }
  });
});
