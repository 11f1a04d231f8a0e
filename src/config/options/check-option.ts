import type { EngineVersion } from '../../model/engine-version.ts';
import { nearestName } from '../../model/nearest-name.ts';
import {
  commandsOf,
  findOption,
  indexedName,
  isKnownIn,
  optionNamed,
  suggestOption,
  type EngineOption,
  type FoundOption,
} from '../../model/option-table.ts';
import type { RuleFinding } from '../rules/rule.ts';
import type { Path } from '../source-tree.ts';
import { owningKey } from './owned-options.ts';

/** Where an `options:` map stands. In a repository's map names may come without `repoN-`. */
export type OptionScope =
  | { readonly kind: 'global' }
  | { readonly kind: 'stanza'; readonly nodes: readonly number[]; readonly repositories: readonly number[] }
  | { readonly kind: 'repository'; readonly key: number };

/** One entry of a map. */
export interface OptionQuestion {
  readonly name: string;
  readonly path: Path;
  readonly scope: OptionScope;
  readonly version: EngineVersion | undefined;
  /** The command whose map it stands in. */
  readonly command: string | undefined;
  /** With `engine.defaults: own` an option may stand here that a key of ours would give too; it wins over the key. */
  readonly mayOverride: boolean;
  readonly isMapping: boolean;
}

/** The option with its full name when it may be rendered, and everything there is to say. */
export interface OptionAnswer {
  readonly option?: EngineOption;
  readonly name?: string;
  readonly findings: readonly RuleFinding[];
}

type Wrong = Pick<RuleFinding, 'rule' | 'problem' | 'remedy'> &
  Partial<Pick<RuleFinding, 'severity' | 'expected'>>;

/** Checks the name of one option: known, in its place, for that command, of the installed version, not ours to render. */
export function checkOption(question: OptionQuestion): OptionAnswer {
  const say = (wrong: Wrong): RuleFinding => ({ path: question.path, atKey: true, ...wrong });
  const found = resolveName(question);
  if (found === undefined) return { findings: [say(unknownOption(question))] };
  const wrong =
    checkName(question, found) ??
    checkOwner(found.option, question.mayOverride) ??
    checkVersion(found.option, question.version) ??
    checkPlace(question, found) ??
    checkCommand(question, found.option);
  if (wrong !== undefined) return { findings: [say(wrong)] };
  // The installed version's own types and ranges count, not those of the newest one.
  const option = optionNamed(found.option.name, question.version) ?? found.option;
  const internal = option.internal === true ? [say(internalOption(found.name))] : [];
  return { option, name: found.name, findings: internal };
}

function resolveName({ name, scope }: OptionQuestion): FoundOption | undefined {
  if (scope.kind !== 'repository') return findOption(name);
  const rest = name.replace(/^repo-/, '');
  if (/^(?:repo\d+|pg\d*)-/.test(rest)) return findOption(rest);
  const own = findOption(`repo${scope.key}-${rest}`);
  return own ?? findOption(name);
}

function unknownOption({ name, scope, isMapping, version }: OptionQuestion): Wrong {
  const prefixed =
    scope.kind === 'repository' && !name.startsWith('repo') ? `repo${scope.key}-${name}` : name;
  const near = isMapping ? nearestName(name, commandsOf(version)) : undefined;
  const nearest = near ?? suggestOption(prefixed, version) ?? suggestOption(name, version);
  return {
    rule: 'option-unknown',
    problem: `pgBackRest has no option${isMapping ? ' or command' : ''} \`${name.slice(0, 80)}\``,
    remedy:
      nearest === undefined
        ? 'Remove it, or look the name up in its configuration reference.'
        : `Write \`${nearest}\`.`,
  };
}

function checkName({ name, scope }: OptionQuestion, found: FoundOption): Wrong | undefined {
  if (!found.deprecated) return undefined;
  const key = owningKey(found.option.name);
  const current = scope.kind === 'repository' ? found.option.name : found.name;
  return {
    rule: 'option-deprecated',
    problem: `\`${name}\` is an old name of \`${current}\``,
    remedy: key === undefined ? `Write \`${current}\`.` : `Write it as \`${key}\`.`,
  };
}

function checkOwner(option: EngineOption, mayOverride: boolean): Wrong | undefined {
  if (option.section === 'command-line') {
    const problem = `\`${option.name}\` is for the command line only and has no effect in a file`;
    return {
      rule: 'option-command-line',
      problem,
      remedy: 'Remove it; Holdfast gives it to the commands that need it.',
    };
  }
  const key = owningKey(option.name);
  if (key !== undefined && !(mayOverride && option.secure !== true)) {
    const problem = `Holdfast renders \`${option.name}\` itself${option.secure === true ? ', as a secret' : ''}`;
    return { rule: 'option-owned', problem, remedy: `Write it as \`${key}\`.` };
  }
  if (option.secure !== true) return undefined;
  return {
    rule: 'option-secret',
    problem: `\`${option.name}\` is a secret and may not be passed through`,
    remedy: 'Give it by the key of its repository, as a reference.',
  };
}

function checkVersion(option: EngineOption, version: EngineVersion | undefined): Wrong | undefined {
  if (version === undefined) return undefined;
  const installed = optionNamed(option.name, version);
  if (installed?.beta === true) {
    const problem = `\`${option.name}\` is not finished in the installed pgBackRest ${version.text}`;
    return { rule: 'option-version', problem, remedy: 'Install a newer pgBackRest or remove the option.' };
  }
  if (isKnownIn(option, version)) return undefined;
  const removed = option.removedIn !== undefined && installed === undefined && isPast(option, version);
  const since = option.since === undefined ? '' : ` it came with ${option.since}`;
  return {
    rule: 'option-version',
    problem: `the installed pgBackRest ${version.text} does not know \`${option.name}\`:${removed ? ` it was removed in ${option.removedIn}` : since}`,
    expected: removed ? `pgBackRest before ${option.removedIn}` : `pgBackRest ${option.since ?? ''} or newer`,
    remedy: removed
      ? 'Remove the option.'
      : `Install pgBackRest ${option.since ?? ''} or newer, or remove the option.`,
  };
}

/** True when the version is one that the option did not live to see. */
function isPast(option: EngineOption, version: EngineVersion): boolean {
  return (
    !isKnownIn(option, version) &&
    (option.since === undefined || isKnownIn(option, { ...version, minor: version.minor - 1 }))
  );
}

function checkPlace({ name, scope }: OptionQuestion, found: FoundOption): Wrong | undefined {
  const { option, index } = found;
  if (scope.kind === 'repository') {
    if (option.group === 'repo' && index === scope.key) return undefined;
    const place = option.group === 'repo' ? `the repository with key ${index ?? 1}` : 'the stanza';
    return {
      rule: 'option-place',
      problem: `\`${name}\` is not an option of this repository`,
      remedy: `Move it to the options of ${place}.`,
    };
  }
  if (scope.kind === 'global' && option.section === 'stanza') {
    const problem = `\`${name}\` belongs to a stanza and is ignored elsewhere`;
    return { rule: 'option-place', problem, remedy: 'Move it to the options of the stanza.' };
  }
  if (option.group === undefined) return undefined;
  if (index === undefined) {
    const problem = `\`${name}\` needs the number of the ${option.group === 'pg' ? 'node' : 'repository'} it is for`;
    return { rule: 'option-index', problem, remedy: `Write \`${indexedName(option, 1)}\` for the first.` };
  }
  if (scope.kind === 'global') return undefined;
  const numbers = option.group === 'pg' ? scope.nodes : scope.repositories;
  if (numbers.includes(index)) return undefined;
  const noun = option.group === 'pg' ? 'node' : 'repository';
  return {
    rule: 'option-index',
    problem: `there is no ${noun} ${index} in this stanza`,
    remedy: `Use one of: ${numbers.join(', ')}.`,
  };
}

function checkCommand({ command, name, version }: OptionQuestion, option: EngineOption): Wrong | undefined {
  const commands = (optionNamed(option.name, version) ?? option).commands;
  if (command === undefined || commands.includes(command)) return undefined;
  return {
    rule: 'option-command',
    problem: `the command \`${command}\` does not take \`${name}\``,
    expected: `one of ${commands.join(', ')}`,
    remedy: 'Move it to a command that takes it, or out of the command.',
  };
}

function internalOption(name: string): Wrong {
  return {
    rule: 'option-internal',
    severity: 'warning',
    problem: `\`${name}\` is internal to pgBackRest and may change without notice`,
    remedy: 'Remove it unless its makers told you to set it.',
  };
}
