import type { EngineInvocation, Invocation, Schedule } from '../../../lint/facts.ts';
import { readEngineInvocation } from '../../../lint/readers/shell/read-engine-invocation.ts';
import type { ScheduledJob } from '../../../model/schedule.ts';

/** What a schedule runs, as a job of ours; `problem` says why it cannot be one. */
export type ScheduledCall =
  | {
      readonly job: ScheduledJob;
      readonly stanza: string | undefined;
      /** `--repo=2`; undefined when it is not said. */
      readonly repository: number | undefined;
      /** Options of the call that a schedule entry cannot say. */
      readonly leftOut: readonly string[];
    }
  | { readonly problem: string };

/** Programs beside the engine that do not decide whether it runs. */
const harmless = new Set([
  'echo',
  'printf',
  'logger',
  'date',
  'true',
  ':',
  'cd',
  'export',
  'set',
  'sleep',
  'exit',
]);

/** Options of a call that are about its output, or that every call of Holdfast gives anyway. */
const aboutOutput =
  /^(?:log-level-|log-timestamp|stanza$|type$|repo$|config$|config-include-path$|config-path$|output$)/;

const backupTypes = ['full', 'diff', 'incr'] as const;

/**
 * The calls of pgbackrest that a schedule makes.
 *
 * @param stanza what PGBACKREST_STANZA says where the schedule stands
 * @returns empty when it does not run the engine at all
 */
export function scheduledCalls(schedule: Schedule, stanza: string | undefined): ScheduledCall[] {
  const commands = schedule.commands?.commands ?? [];
  const calls = commands.flatMap((command) => readEngineInvocation(command) ?? []);
  if (calls.length === 0) return [];
  const other = commands.find(
    (command) => command.program !== 'pgbackrest' && !harmless.has(command.program),
  );
  if (other !== undefined) {
    return [{ problem: `It runs ${other.program} too, which may decide whether and how the engine runs.` }];
  }
  if (schedule.syntax === 'interval') return [{ problem: 'It counts from an event, not by the clock.' }];
  return calls.map((call) => readCall(call, stanza));
}

function readCall(call: EngineInvocation, stanza: string | undefined): ScheduledCall {
  const { invocation, command, options } = call;
  const value = (name: string): string | undefined =>
    options.find((option) => option.name.value === name)?.value?.value;
  const job = jobOf(command?.value, value('type'));
  if (job === undefined) return { problem: `Holdfast does not schedule ${command?.value ?? 'this'}.` };
  const repository = value('repo');
  return {
    job,
    stanza: value('stanza') ?? assigned(invocation, 'PGBACKREST_STANZA') ?? stanza,
    repository: repository === undefined ? undefined : Number(repository),
    leftOut: options
      .filter(({ name }) => !aboutOutput.test(name.value))
      .map(
        ({ name, form }) => `--${form === 'negated' ? 'no-' : form === 'reset' ? 'reset-' : ''}${name.value}`,
      ),
  };
}

/** A backup without a type is incremental (command reference, `--type`). */
function jobOf(command: string | undefined, type: string | undefined): ScheduledJob | undefined {
  if (command === 'backup') return backupTypes.find((known) => known === (type ?? 'incr'));
  return (['verify', 'expire', 'check'] as const).find((known) => known === command);
}

function assigned(invocation: Invocation, name: string): string | undefined {
  return invocation.assignments.find((assignment) => assignment.name.value === name)?.value.value;
}
