import { readOptionName } from '../../../engine/resolve/read-option-name.ts';
import { resolveOptions, type OptionError } from '../../../engine/resolve/resolve-options.ts';
import type { EngineVersion } from '../../../model/engine-version.ts';
import { indexedName, optionNamed, optionsOf } from '../../../model/option-table.ts';
import type { EngineArgument, EngineInvocation } from '../../facts.ts';
import { hasOpenWords } from './engine-calls.ts';

/** What the engine would refuse about one argument. */
export interface ArgumentProblem {
  readonly argument: EngineArgument;
  readonly code: 31 | 32;
  readonly problem: string;
  readonly secret: boolean;
}

/**
 * Judges the arguments of a call as the engine does before it looks at any file. What only the files can tell (whether
 * there is a repo2, which type a repository has) is left open, and so is what is filled in later.
 */
export function judgeArguments(call: EngineInvocation, version: EngineVersion): ArgumentProblem[] {
  const command = call.command?.value ?? '';
  if (!takenCommands(version).has(command)) return [];
  const { errors } = resolveOptions({
    version,
    command,
    sources: [],
    // What the file would say: options are only judged together when nothing is missing.
    environment: { PGBACKREST_PG1_PATH: '/pg1' },
    arguments: call.options.map(wordOf),
  });
  const found = new Map<EngineArgument, ArgumentProblem>();
  for (const error of errors) {
    if (error.code !== 31 && error.code !== 32) continue;
    const argument = call.options.find((option) => isAbout(option, error, version));
    if (argument === undefined || found.has(argument) || isOpen(call, argument, error)) continue;
    const secret = error.problem.startsWith('a secret');
    found.set(argument, { argument, code: error.code, problem: error.problem, secret });
  }
  return [...found.values()];
}

/** Every command of a version, also those that are not for people. */
export function takenCommands(version: EngineVersion): ReadonlySet<string> {
  return new Set([
    ...optionsOf(version).flatMap((option) => [...option.commands, ...(option.internalCommands ?? [])]),
    'help',
    'version',
    // For the engine's own tests and support; they take options only as another role does.
    'manifest',
    'repo-create',
    'repo-put',
    'repo-rm',
  ]);
}

/** The argument as the engine gets it, its value in the same word. */
function wordOf(option: EngineArgument): string {
  const name = writtenName(option);
  if (name.startsWith('-')) return name;
  return option.value === undefined ? `--${name}` : `--${name}=${option.value.value}`;
}

function writtenName(option: EngineArgument): string {
  const prefix = option.form === 'negated' ? 'no-' : option.form === 'reset' ? 'reset-' : '';
  return `${prefix}${option.name.value}`;
}

function isAbout(option: EngineArgument, error: OptionError, version: EngineVersion): boolean {
  const written = writtenName(option);
  if (error.option === written || error.option === written.replace(/^-+/, '')) return true;
  const reading = readOptionName(written, version, true);
  if (reading.kind !== 'option') return false;
  return error.option === reading.option.name || error.option === indexedName(reading.option, reading.index);
}

function isOpen(call: EngineInvocation, argument: EngineArgument, error: OptionError): boolean {
  if (argument.name.unknown) return true;
  if (error.code === 32) return argument.value?.unknown === true || isJudgedByFile(call, argument);
  const needed = /^it is not valid without (?:the option )?([a-z0-9-]+)/.exec(error.problem)?.[1];
  if (needed === undefined) return false;
  const isLineOnly = optionNamed(needed)?.section === 'command-line';
  const given = call.options.find((option) => option.name.value === needed);
  return !isLineOnly || given?.value?.unknown === true || hasOpenWords(call);
}

/** Whether there is a repo2, and which levels a compression has, may only stand in the file. */
function isJudgedByFile(call: EngineInvocation, { name }: EngineArgument): boolean {
  if (name.value === 'repo') return true;
  return (
    name.value === 'compress-level' && !call.options.some((option) => option.name.value === 'compress-type')
  );
}
