import type { Configuration, Stanza } from '../../config/configuration.ts';
import { Failure } from '../../model/failure.ts';
import { quoteForShell } from '../../model/quote-for-shell.ts';
import { backupJobs, type ScheduleLine } from '../../model/schedule-line.ts';
import { readCronFields } from '../deployment/cron-fields.ts';
import { requireWithoutDaemon, requireWithoutGuard } from '../deployment/schedule-limits.ts';
import { scheduledTasks, type ScheduledTask } from '../deployment/scheduled-task.ts';

/** Stands at the end of lines that only Holdfast can have written. */
const ownMark = '# holdfast';

/**
 * Lines of a schedule for Pigsty: `pg_crontab` of version 4 is the crontab of the database's user, `node_crontab` of
 * version 3 is /etc/crontab, with the user as a column.
 *
 * @throws Failure config-invalid for what crontab cannot do
 */
export function crontabLines(configuration: Configuration, stanza: Stanza): readonly string[] {
  const { version, runner } = configuration.deploy.pigsty;
  const tasks = scheduledTasks(configuration).filter(({ line }) => line.stanza === stanza.name);
  if (runner === 'holdfast') {
    requireWithoutDaemon(configuration, tasks, {
      what: 'pigsty',
      instead: 'Or have the daemon keep the schedules on the nodes: docs/daemon.md.',
    });
  }
  const lines = tasks.map((task) => {
    requireCron(task.line, configuration);
    const command = runner === 'holdfast' ? holdfastCommand(task) : plainCommand(task.line, stanza);
    const user = version === 3 ? 'postgres ' : '';
    // crontab(5): a `%` is a line break.
    return `${task.line.cron.trim().split(/\s+/).join(' ')} ${user}${command.replaceAll('%', String.raw`\%`)}`;
  });
  if (runner !== 'holdfast') {
    requireWithoutGuard(configuration, tasks, {
      target: 'pigsty',
      queues: false,
      instead: 'Or install Holdfast on the nodes and set deploy.pigsty.runner to `holdfast`.',
    });
  }
  return lines;
}

/** Whether a line of somebody's crontab is one that Holdfast writes, or Pigsty's own backup, which it replaces. */
export function isBackupLine(line: string): boolean {
  return line.trimEnd().endsWith(ownMark) || /(?:^|\s)\/pg\/bin\/pg-backup(?:\s|$)/.test(line);
}

/** Every node has the crontab: where any would do, it is the leader. The line says the rest. */
function holdfastCommand({ line, words }: ScheduledTask): string {
  const call = (...more: readonly string[]): string =>
    ['/usr/local/bin/holdfast', ...more.map(quoteForShell)].join(' ');
  const guard = call(
    'guard',
    '--stanza',
    line.stanza,
    '--line',
    line.key,
    '--on',
    line.on === 'any' ? 'leader' : line.on,
    '--quiet',
  );
  return `${guard} >/dev/null && ${call(...words)} ${ownMark}`;
}

/** The first repository by Pigsty's pg-backup, which knows no other; then the others, one after the other. */
function plainCommand(line: ScheduleLine, stanza: Stanza): string {
  if (!backupJobs.includes(line.job) || line.on === 'replica') {
    throw refuse(
      line,
      line.on === 'replica' ? 'pg-backup works on the primary only' : `nothing of Pigsty does ${line.job}`,
      "Install Holdfast on the nodes and set deploy.pigsty.runner to `holdfast`, or take the line out of this file's schedule.",
    );
  }
  const commands = stanza.repositories
    .filter(({ name }) => line.repositories.includes(name))
    .map(({ key }) =>
      key === 1
        ? `/pg/bin/pg-backup ${line.job}`
        : `[ "$(/pg/bin/pg-role)" = primary ] && /usr/bin/pgbackrest --stanza=${stanza.name} --repo=${key} --type=${line.job} backup`,
    );
  return `${commands.join('; ')} ${ownMark}`;
}

function requireCron(line: ScheduleLine, { deploy }: Configuration): void {
  const { timezone } = deploy.pigsty;
  if (readCronFields(line.cron) === undefined)
    throw refuse(
      line,
      'crontab does not know this form of cron text',
      'Use numbers, names, ranges, steps and lists.',
    );
  if (line.timezone !== undefined && line.timezone !== timezone) {
    throw refuse(
      line,
      `its time zone is ${line.timezone}, and crontab on the nodes goes by ${timezone}`,
      'Write it in the zone of the nodes, or say theirs in deploy.pigsty.timezone.',
    );
  }
}

function refuse({ stanza, job, cron }: ScheduleLine, problem: string, hint: string): Failure {
  return new Failure('config-invalid', {
    operation: 'render pigsty',
    place: `stanza ${stanza}, schedule ${job} ${JSON.stringify(cron)}`,
    problem,
    hint,
  });
}
