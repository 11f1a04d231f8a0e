import type { EngineInvocation, Invocation, ServerSetting } from '../../facts.ts';
import type { LintProject } from '../../lint-rule.ts';
import { readCommandList } from '../../readers/shell/read-command-list.ts';
import { readEngineInvocation } from '../../readers/shell/read-engine-invocation.ts';

/** A setting of PostgreSQL that holds a command, and the programs in it. */
export interface ServerCommand {
  readonly setting: ServerSetting;
  readonly invocations: readonly Invocation[];
  readonly engineInvocations: readonly EngineInvocation[];
}

/** Every archive_command of a project, wherever it is set. */
export function archiveCommands(project: LintProject): readonly ServerCommand[] {
  return serverCommands(project, 'archive_command');
}

/** Every restore_command of a project. */
export function restoreCommands(project: LintProject): readonly ServerCommand[] {
  return serverCommands(project, 'restore_command');
}

/** Settings of a name, as PostgreSQL compares them: without regard to case. */
export function settingsNamed(project: LintProject, ...names: readonly string[]): readonly ServerSetting[] {
  return project.serverSettings.filter((setting) => names.includes(setting.name.value.toLowerCase()));
}

/** True when pgbackrest makes the backups here: its configuration or a call of it is among what was read. */
export function usesEngine(project: LintProject): boolean {
  return (
    project.engineFiles.length > 0 ||
    project.engineInvocations.some((call) => call.command !== undefined && call.command.value !== 'version')
  );
}

function serverCommands(project: LintProject, use: 'archive_command' | 'restore_command'): ServerCommand[] {
  return settingsNamed(project, use).map((setting) => {
    const invocations = readCommandList(setting.value, use).commands;
    return {
      setting,
      invocations,
      engineInvocations: invocations.flatMap((invocation) => readEngineInvocation(invocation) ?? []),
    };
  });
}
