import { findDefinition, commandDefinitions } from './definitions/all.ts';
import { commandHelp, programHelp } from './help-text.ts';

/**
 * Runs the program.
 *
 * Help comes straight from the definitions: neither the parser nor any command is loaded for it, which is what
 * makes it fast.
 *
 * @param argv the words after `holdfast`
 * @returns the exit code
 */
export async function runProgram(argv: readonly string[]): Promise<number> {
  const help = findHelp(argv, process.stdout.columns ?? 100);
  if (help !== undefined) {
    process.stdout.write(help);
    return 0;
  }
  const { runCommandLine } = await import('./run-command-line.ts');
  // What every program answers, for people who do not know yet that it is a command here.
  const isVersion = argv[0] === '--version' || argv[0] === '-V';
  return runCommandLine(isVersion ? ['version', ...argv.slice(1)] : argv);
}

/**
 * The help that was asked for: `holdfast`, `holdfast help [COMMAND]`, `--help` or `-h` anywhere before `--`.
 *
 * @returns undefined when it was not
 */
export function findHelp(argv: readonly string[], columns: number): string | undefined {
  const end = argv.indexOf('--');
  const words = end === -1 ? argv : argv.slice(0, end);
  const asked = argv.length === 0 || words[0] === 'help' || words.includes('--help') || words.includes('-h');
  if (!asked) return undefined;
  const name = words.find((word) => findDefinition(word) !== undefined);
  const width = Math.min(Math.max(columns, 60), 110);
  const definition = name === undefined ? undefined : findDefinition(name);
  if (definition) return commandHelp(definition, width);
  // `holdfast backpu --help`: the mistake is worth more than the general help.
  const unknown = words.find((word) => !word.startsWith('-') && word !== 'help');
  return unknown === undefined ? programHelp(commandDefinitions, width) : undefined;
}
