import type { CommandList, EngineInvocation, Invocation, Schedule } from '../../facts.ts';
import type { PlacedText } from '../../lint-document.ts';
import type { LintProject } from '../../lint-rule.ts';
import { readEngineInvocation } from '../../readers/shell/read-engine-invocation.ts';
import { argumentNamed } from '../commands/engine-calls.ts';
import { runTimesOf, type RunTimes } from './run-times.ts';

/** A schedule that makes backups. */
export interface ScheduledBackup {
  readonly schedule: Schedule;
  readonly type: 'full' | 'diff' | 'incr';
  /** As written, placeholders included; undefined when it is not said. */
  readonly stanza: string | undefined;
  readonly repository: string | undefined;
  readonly times: readonly RunTimes[];
}

/** Every schedule of a project whose commands, or whose name, say that it makes a backup of one type. */
export function scheduledBackups(project: LintProject): readonly ScheduledBackup[] {
  return project.schedules.flatMap((schedule) => backupOf(project, schedule) ?? []);
}

/** The commands of a list, and those of the scripts of this project that it calls. */
export function commandsRunBy(project: LintProject, list: CommandList): readonly Invocation[] {
  return list.commands.flatMap((command) => [command, ...scriptOf(project, command)]);
}

/** The expressions of a schedule that are there and known. */
export function knownExpressions(schedule: Schedule): readonly PlacedText[] {
  return schedule.expressions.filter((expression) => !expression.unknown && expression.value !== '');
}

function backupOf(project: LintProject, schedule: Schedule): ScheduledBackup | undefined {
  const times = knownExpressions(schedule).flatMap(
    (expression) => runTimesOf(expression.value, schedule.syntax) ?? [],
  );
  if (times.length === 0) return undefined;
  const commands = schedule.commands === undefined ? [] : commandsRunBy(project, schedule.commands);
  const call = commands
    .flatMap((command) => readEngineInvocation(command) ?? [])
    .find((one) => one.command?.value === 'backup');
  const type = call === undefined ? typeOfSchedule(schedule, commands) : typeOfCall(call);
  if (type === undefined) return undefined;
  return {
    schedule,
    type,
    stanza: call === undefined ? undefined : argumentNamed(call, 'stanza')?.value?.value,
    repository: call === undefined ? undefined : argumentNamed(call, 'repo')?.value?.value,
    times,
  };
}

function typeOfCall(call: EngineInvocation): ScheduledBackup['type'] | undefined {
  const option = argumentNamed(call, 'type')?.value;
  if (option === undefined) return 'incr';
  return option.unknown ? undefined : asType(option.value);
}

/** `pg-backup full`, `run-backup.sh diff`, or what the schedule itself says. */
function typeOfSchedule(
  schedule: Schedule,
  commands: readonly Invocation[],
): ScheduledBackup['type'] | undefined {
  const own = asType(schedule.backupType ?? '');
  if (own !== undefined) return own;
  const script = commands.find((command) => /backup/i.test(command.program));
  return script?.words.flatMap((word) => asType(word.value) ?? [])[0];
}

function asType(text: string): ScheduledBackup['type'] | undefined {
  return text === 'full' || text === 'diff' || text === 'incr' ? text : undefined;
}

function scriptOf(project: LintProject, command: Invocation): readonly Invocation[] {
  const path = command.words[0]?.value ?? '';
  if (!path.includes('/')) return [];
  const name = path.slice(path.lastIndexOf('/') + 1);
  const found = project.documents.find(({ document }) => {
    if (document.kind !== 'shell') return false;
    const other = document.destination ?? (document.container === undefined ? document.file : '');
    return other === path || (other.slice(other.lastIndexOf('/') + 1) === name && name !== '');
  });
  return found?.commandLists?.flatMap((list) => list.commands) ?? [];
}
