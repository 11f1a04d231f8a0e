import type { Configuration } from '../../config/configuration.ts';
import { quoteForShell } from '../../model/quote-for-shell.ts';
import type { ScheduledTask } from '../deployment/scheduled-task.ts';
import { hardening } from './hardening.ts';
import {
  afterNetwork,
  alertTemplate,
  holdfastCommand,
  holdfastWords,
  identity,
  unitPrefix,
} from './service-parts.ts';
import { unitCommand, writeUnit, type UnitEntry } from './unit-text.ts';

/** Name of the units of a task, without the ending. */
export function taskUnitName({ name }: Pick<ScheduledTask, 'name'>): string {
  return `${unitPrefix}-${name}`;
}

/** The service of one line of the schedules. */
export function taskService(task: ScheduledTask, configuration: Configuration): string {
  const { line, words } = task;
  const timeout = line.timeoutMs === undefined ? 'infinity' : `${Math.ceil(line.timeoutMs / 1000)}s`;
  return writeUnit([
    {
      name: 'Unit',
      entries: [
        ['Description', `Holdfast: ${line.job} of stanza ${line.stanza.replaceAll('%', '%%')}`],
        ...afterNetwork,
        ['OnFailure', `${alertTemplate}%n.service`],
      ],
    },
    {
      name: 'Service',
      entries: [
        ['Type', 'oneshot'],
        ...identity(configuration),
        ...guardOf(task, configuration),
        ['ExecStart', holdfastCommand(configuration, words)],
        ['TimeoutStartSec', timeout],
        { comment: 'Two stages: pgBackRest is stopped gracefully, then killed; systemd waits for both.' },
        ['TimeoutStopSec', '2min'],
        ['KillMode', 'mixed'],
        ...hardening(configuration),
      ],
    },
  ]);
}

/**
 * Roles, blackouts and greater backups of the same time are judged when it begins. ExecCondition takes exit codes up to
 * 254 for "skip quietly", failures and a program that is not there among them: all but 0 and 1 becomes 255, which fails.
 */
function guardOf({ line }: ScheduledTask, configuration: Configuration): readonly UnitEntry[] {
  const words = holdfastWords(configuration, ['guard', '--stanza', line.stanza, '--line', line.key]);
  const guard = `${words.map(quoteForShell).join(' ')}; code=$?; [ $code -le 1 ] || code=255; exit $code`;
  return [
    {
      comment:
        '0: here and now. 1: not here, or not now. Anything else is a failure, which 255 is to systemd.',
    },
    ['ExecCondition', unitCommand(['/bin/sh', '-c', guard])],
  ];
}

/** Its timer. @param calendar lines of OnCalendar */
export function taskTimer(task: ScheduledTask, calendar: readonly string[]): string {
  const { line } = task;
  const jitter = Math.round(line.jitterMs / 1000);
  return writeUnit([
    {
      name: 'Unit',
      entries: [
        ['Description', `When Holdfast does the ${line.job} of stanza ${line.stanza.replaceAll('%', '%%')}`],
        ['PartOf', `${unitPrefix}.target`],
      ],
    },
    {
      name: 'Timer',
      entries: [
        { comment: `${line.cron.replaceAll('%', '%%')} in ${line.timezone ?? ''}; several lines add up.` },
        ...calendar.map((text) => ['OnCalendar', text] as const),
        { comment: 'Whether one run makes up for what was missed while the host was down (`catchUp`).' },
        ['Persistent', line.catchUp ? 'yes' : 'no'],
        ['AccuracySec', '1s'],
        ...(jitter === 0
          ? []
          : ([
              ['RandomizedDelaySec', `${jitter}s`],
              ['FixedRandomDelay', 'yes'],
            ] as const)),
      ],
    },
  ]);
}

/** Begins and ends all timers together: `systemctl enable --now holdfast.target`. */
export function timersTarget(tasks: readonly ScheduledTask[]): string {
  return writeUnit([
    {
      name: 'Unit',
      entries: [
        ['Description', 'Holdfast: timers of all schedules'],
        ...tasks.map((task) => ['Wants', `${taskUnitName(task)}.timer`] as const),
      ],
    },
    { name: 'Install', entries: [['WantedBy', 'timers.target']] },
  ]);
}
