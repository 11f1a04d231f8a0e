import type { Configuration } from '../../config/configuration.ts';
import { writeGeneratedText } from '../../engine/conf/conf-text.ts';
import type { RenderedFile } from '../../engine/conf/render-conf.ts';
import { Failure } from '../../model/failure.ts';
import type { DeploymentTarget } from '../deployment/deployment-target.ts';
import { requireWithoutDaemon } from '../deployment/schedule-limits.ts';
import { scheduledTasks, type ScheduledTask } from '../deployment/scheduled-task.ts';
import { alertService } from './alert-service.ts';
import { daemonService } from './daemon-service.ts';
import { lockDirectoryFile } from './lock-directory.ts';
import { alertTemplate, unitPrefix } from './service-parts.ts';
import { taskService, taskTimer, taskUnitName, timersTarget } from './task-units.ts';
import { translateCalendar } from './translate-calendar.ts';

const advice = 'Do not edit: change that file and run `holdfast render systemd` again, or add a drop-in.';

/** Units for a host with systemd: the daemon's, or a service and a timer for each line of the schedules. */
export const systemdTarget: DeploymentTarget = {
  name: 'systemd',
  engine: 'none',
  needsSecrets: false,
  render: (configuration) => {
    requireOneUser(configuration);
    const { form, directory } = configuration.deploy.systemd;
    const units = form === 'daemon' ? daemonUnits(configuration) : timerUnits(configuration);
    const alert = { name: `${alertTemplate}.service`, text: alertService(configuration) };
    return [
      ...[...units, alert].map(({ name, text }) => fileOf(`${directory}/${name}`, text, configuration)),
      ...lockDirectoryFile(configuration).map(({ path, text }) => fileOf(path, text, configuration)),
    ];
  },
};

interface Unit {
  readonly name: string;
  readonly text: string;
}

function daemonUnits(configuration: Configuration): readonly Unit[] {
  return [{ name: `${unitPrefix}.service`, text: daemonService(configuration) }];
}

function timerUnits(configuration: Configuration): readonly Unit[] {
  const tasks = scheduledTasks(configuration);
  requireWithoutDaemon(configuration, tasks, {
    what: 'timers',
    instead: 'Or have the daemon keep the schedules: `deploy.systemd.form: daemon`.',
  });
  const units = tasks.flatMap((task) => {
    const name = taskUnitName(task);
    return [
      { name: `${name}.service`, text: taskService(task, configuration) },
      { name: `${name}.timer`, text: taskTimer(task, calendarOf(task, configuration)) },
    ];
  });
  return [{ name: `${unitPrefix}.target`, text: timersTarget(tasks) }, ...units];
}

/** @throws Failure config-invalid where a timer cannot have these times */
function calendarOf({ line }: ScheduledTask, configuration: Configuration): readonly string[] {
  const { cron, timezone } = line;
  const refuse = (problem: string, hint: string): Failure =>
    new Failure('config-invalid', {
      operation: `render the timer of the ${line.job} of stanza ${line.stanza}`,
      place: configuration.file,
      problem,
      hint,
    });
  if (timezone === undefined) {
    throw refuse(
      'the schedule has no time zone, and what it means would depend on the host that reads the timer',
      'Write `timezone` in the schedule, for example `timezone: UTC`.',
    );
  }
  const translated = translateCalendar({ cron, timezone });
  if (translated.lines === undefined) throw refuse(translated.problem, translated.hint);
  return translated.lines;
}

/** A hardened unit is one user and can become no other. */
function requireOneUser(configuration: Configuration): void {
  const { user } = configuration.engine;
  for (const stanza of configuration.stanzas) {
    const other = stanza.nodes.find((node) => node.host === undefined && node.osUser !== user);
    if (other === undefined) continue;
    throw new Failure('config-invalid', {
      operation: 'render units',
      place: configuration.file,
      problem: `the server of stanza ${stanza.name} belongs to ${other.osUser} and pgBackRest runs as ${user}: a unit without privileges can not be both`,
      hint: 'Set engine.user to the owner of the server. docs/deploy-systemd.md shows a unit that runs as root.',
    });
  }
}

function fileOf(path: string, text: string, { file }: Configuration): RenderedFile {
  return {
    path,
    content: writeGeneratedText(text, file, advice),
    mode: 0o644,
    owner: 'root',
    secret: false,
  };
}
