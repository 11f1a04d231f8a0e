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
      /** What a schedule entry cannot say: options of the call, settings of the timer. */
      readonly leftOut: readonly string[];
      /** `--config`; undefined where the usual file is used. */
      readonly config: string | undefined;
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

/** What runs a program in another place, which has a pgbackrest and a configuration of its own. */
const elsewhere = /^(?:ssh|docker|podman|kubectl|nsenter|lxc|machinectl)\b/;

const backupTypes = ['full', 'diff', 'incr'] as const;

/**
 * The calls of pgbackrest that a schedule makes.
 *
 * @param stanza what PGBACKREST_STANZA says where the schedule stands
 * @returns empty when nothing in it looks like a backup
 */
export function scheduledCalls(schedule: Schedule, stanza: string | undefined): ScheduledCall[] {
  const commands = schedule.commands?.commands ?? [];
  const calls = commands.flatMap((command) => readEngineInvocation(command) ?? []);
  if (calls.length === 0) return commands.filter(isBackupScript).map(describeScript);
  const other = commands.find(
    (command) => command.program !== 'pgbackrest' && !harmless.has(command.program),
  );
  if (other !== undefined) {
    return [{ problem: `It runs ${other.program} too, which may decide whether and how the engine runs.` }];
  }
  if (schedule.syntax === 'interval') return [{ problem: 'It counts from an event, not by the clock.' }];
  return calls.map((call) => readCall(call, schedule, stanza));
}

/** A script that has its purpose in its name, such as Pigsty's `/pg/bin/pg-backup`; by itself or given to a shell. */
function isBackupScript({ words, program }: Invocation): boolean {
  const script = /^(?:ba|da|z)?sh$/.test(program) ? words[1] : words[0];
  return /backup|pgbackrest/i.test(script?.value.split('/').at(-1) ?? '');
}

function describeScript({ words }: Invocation): ScheduledCall {
  const script = words.find(({ value }) => /backup|pgbackrest/i.test(value));
  return {
    problem: `What ${script?.value ?? 'it'} does was not looked into: where it runs pgbackrest, write that into \`schedule:\`.`,
  };
}

function readCall(call: EngineInvocation, schedule: Schedule, stanza: string | undefined): ScheduledCall {
  const { invocation, command, options } = call;
  const away = invocation.wrappers.find((wrapper) => elsewhere.test(wrapper));
  if (away !== undefined)
    return { problem: `It runs elsewhere, by ${away.split(' ', 1)[0] ?? ''}: adopt there too.` };
  const value = (name: string): string | undefined =>
    options.find((option) => option.name.value === name)?.value?.value;
  const job = jobOf(command?.value, value('type'));
  if (job === undefined) return { problem: `Holdfast does not schedule ${command?.value ?? 'this'}.` };
  const repository = value('repo');
  return {
    job,
    stanza: value('stanza') ?? assigned(invocation, 'PGBACKREST_STANZA') ?? stanza,
    repository: repository === undefined ? undefined : Number(repository),
    config: value('config') ?? assigned(invocation, 'PGBACKREST_CONFIG'),
    leftOut: [...delayOf(schedule), ...leftOutOf(options)],
  };
}

/** A timer that starts at a random moment after its time (systemd.timer(5)). */
function delayOf({ place }: Schedule): string[] {
  if (place.document.kind !== 'systemd-unit') return [];
  return (
    /^[ \t]*(RandomizedDelaySec[ \t]*=[ \t]*[1-9].*?)[ \t]*$/m.exec(place.document.text)?.slice(1, 2) ?? []
  );
}

function leftOutOf(options: EngineInvocation['options']): string[] {
  return options
    .filter(({ name }) => !aboutOutput.test(name.value))
    .map(
      ({ name, form }) => `--${form === 'negated' ? 'no-' : form === 'reset' ? 'reset-' : ''}${name.value}`,
    );
}

/** A backup without a type is incremental (command reference, `--type`). */
function jobOf(command: string | undefined, type: string | undefined): ScheduledJob | undefined {
  if (command === 'backup') return backupTypes.find((known) => known === (type ?? 'incr'));
  return (['verify', 'expire', 'check'] as const).find((known) => known === command);
}

function assigned(invocation: Invocation, name: string): string | undefined {
  return invocation.assignments.find((assignment) => assignment.name.value === name)?.value.value;
}
