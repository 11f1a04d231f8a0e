import type { CommandList, EngineArgument, EngineInvocation, Invocation } from '../../facts.ts';
import type { LintProject } from '../../lint-rule.ts';

/** Calls of one command of the engine. */
export function callsOf(project: LintProject, ...commands: readonly string[]): readonly EngineInvocation[] {
  return project.engineInvocations.filter((call) => commands.includes(call.command?.value ?? ''));
}

/** The first argument of that name that gives a value or switches something on. */
export function argumentNamed(call: EngineInvocation, name: string): EngineArgument | undefined {
  return call.options.find((option) => option.name.value === name && option.form !== 'reset');
}

/** The value of an argument, unless it is only known when it runs. */
export function knownValue(call: EngineInvocation, name: string): string | undefined {
  const value = argumentNamed(call, name)?.value;
  return value === undefined || value.unknown ? undefined : value.value;
}

/** True when a word of the call is filled in later as a whole (`$OPTIONS`, `"$@"`), so that anything may be given. */
export function hasOpenWords(call: EngineInvocation): boolean {
  return [...call.parameters, ...(call.command === undefined ? [] : [call.command])].some(
    (word) => word.unknown && /^(?:\$\{?\w+[^=]*|\$[@*]|\{\{[\s\S]*\}\}|<.*>)$/.test(word.value),
  );
}

/** The commands of the same list that come before one, in order. */
export function commandsBefore(invocation: Invocation): readonly Invocation[] {
  return invocation.script.commands.slice(0, invocation.index);
}

/** The next command, when its running depends on how this one ends. */
export function dependentOf(invocation: Invocation): Invocation | undefined {
  const next = invocation.script.commands[invocation.index + 1];
  return next?.after === '&&' || next?.after === '||' ? next : undefined;
}

/** The commands of the pipeline that a command is in. */
export function pipelineOf(invocation: Invocation): readonly Invocation[] {
  const { commands } = invocation.script;
  let first = invocation.index;
  while (first > 0 && commands[first]?.after === '|') first -= 1;
  let end = invocation.index + 1;
  while (commands[end]?.after === '|') end += 1;
  return commands.slice(first, end);
}

/** True for a list whose commands somebody or something runs, and not the server. */
export function isServerCommand(list: CommandList): boolean {
  return list.use === 'archive_command' || list.use === 'restore_command';
}
