import { openTerminal, type Terminal } from './terminal.ts';
import { createContext } from './context.ts';
import { describeError, printError } from './print-error.ts';
import { parseCommandLine, type ParsedCommandLine } from './parse-command-line.ts';
import { watchStopSignals } from './stop-signals.ts';
import type { CommandContext } from './context.ts';

/**
 * Reads the command line, runs the command and prints its result or its failure.
 *
 * @returns the exit code
 */
export async function runCommandLine(argv: readonly string[]): Promise<number> {
  let parsed: ParsedCommandLine;
  try {
    parsed = parseCommandLine(argv);
  } catch (error) {
    // The options could not be read, but a script that asked for JSON must get JSON.
    const json = argv.includes('--json');
    const terminal = openTerminal(process, { quiet: false, color: !argv.includes('--no-color'), json });
    return printError(describeError(error, undefined), { terminal, json, command: undefined });
  }
  const { globals } = parsed;
  const terminal = openTerminal(process, globals);
  using stop = watchStopSignals((line) => terminal.printWarning(line));
  const context = createContext({ argv, globals, terminal, stop, env: process.env });
  try {
    return await runParsed(parsed, context, terminal);
  } catch (error) {
    const command = parsed.definition.name;
    return printError(describeError(error, stop.signal), { terminal, json: globals.json, command });
  } finally {
    await context.close();
  }
}

async function runParsed(
  parsed: ParsedCommandLine,
  context: CommandContext,
  terminal: Terminal,
): Promise<number> {
  const { definition, globals, input } = parsed;
  const { privileged } = definition;
  if (typeof privileged === 'function' ? privileged(input) : privileged) {
    const { requirePermission } = await import('./permission.ts');
    const exitCode = await requirePermission(context);
    if (exitCode !== undefined) return exitCode;
  }
  const { run } = await definition.load();
  const result = await run(input, context);
  const exitCode = result.exitCode ?? 0;
  if (globals.json) {
    const document = { ok: true, command: definition.name, exitCode, ...result.data };
    const { toJsonText } = await import('./output/json-text.ts');
    terminal.printResult(toJsonText(document));
  } else {
    terminal.printResult(result.text);
  }
  return exitCode;
}
