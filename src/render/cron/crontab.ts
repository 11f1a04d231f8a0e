import type { Configuration } from '../../config/configuration.ts';
import { Failure } from '../../model/failure.ts';
import { quoteForShell } from '../../model/quote-for-shell.ts';
import type { ScheduleLine } from '../../model/schedule-line.ts';
import { readCronFields } from '../deployment/cron-fields.ts';
import type { ScheduledTask } from '../deployment/scheduled-task.ts';

/** What a crontab of the system gives to its jobs; cron itself has hardly anything on the path. */
const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Where the script of a task is. */
export function scriptPath({ name }: ScheduledTask, configuration: Configuration): string {
  return `${configuration.deploy.cron.directory}/${name}`;
}

/**
 * A file for /etc/cron.d: five fields, the user, the script. A `%` in a command would be a line break (crontab(5)).
 *
 * @throws Failure config-invalid where cron cannot keep a line
 */
export function crontab(tasks: readonly ScheduledTask[], configuration: Configuration): string {
  const { mailto } = configuration.deploy.cron;
  const lines = ['SHELL=/bin/sh', `PATH=${path}`, `MAILTO=${mailto}`];
  const zoned = tasks.map((task) => ({ task, wanted: zoneOf(task.line, configuration) }));
  // CRON_TZ holds for all that follow and has no value for the clock of the host: those come first.
  const ordered = zoned.toSorted(
    (one, other) => Number(one.wanted !== undefined) - Number(other.wanted !== undefined),
  );
  let zone: string | undefined;
  for (const { task, wanted } of ordered) {
    const { line } = task;
    lines.push('', `# ${line.job} of stanza ${line.stanza}: ${line.cron}${inZone(line)}`);
    if (wanted !== undefined && wanted !== zone) lines.push(`CRON_TZ=${wanted}`);
    zone = wanted;
    const command = quoteForShell(scriptPath(task, configuration)).replaceAll('%', String.raw`\%`);
    lines.push(`${cronTime(line, configuration)} ${configuration.engine.user} ${command}`);
  }
  return `${lines.join('\n')}\n`;
}

function inZone({ timezone }: ScheduleLine): string {
  return timezone === undefined ? '' : ` in ${timezone}`;
}

/** @returns what CRON_TZ is to be; undefined: the clock of the host */
function zoneOf(line: ScheduleLine, configuration: Configuration): string | undefined {
  const { kind, timezone } = configuration.deploy.cron;
  if (line.timezone === undefined || line.timezone === timezone) return undefined;
  if (kind === 'cronie') return line.timezone;
  throw refuse(
    line,
    configuration,
    `its times are in ${line.timezone}, and Debian's cron keeps the clock of the host`,
    `Where the host's clock is in that zone, write \`deploy.cron.timezone: ${line.timezone}\`; with cronie \`deploy.cron.kind: cronie\`. Otherwise use \`holdfast render systemd\`.`,
  );
}

/**
 * The five fields in numbers. A field of days that begins with `*` is kept, because cron takes it, too, for one that
 * names no day of its own.
 */
function cronTime(line: ScheduleLine, configuration: Configuration): string {
  const fields = readCronFields(line.cron);
  if (fields === undefined) {
    throw refuse(
      line,
      configuration,
      `"${line.cron}" has more in it than numbers, names, ranges, steps and lists`,
      'Write it without L, W, # and ?, or let the daemon keep the schedule (docs/deploy-systemd.md).',
    );
  }
  const { minutes, hours, daysOfMonth, months, daysOfWeek } = fields;
  const numbers = [minutes, hours, daysOfMonth, months, daysOfWeek];
  const words = line.cron.trim().split(/\s+/);
  return words
    .map((word, index) => (/^[*\d,/-]+$/.test(word) ? word : (numbers[index] ?? []).join(',')))
    .join(' ');
}

function refuse(line: ScheduleLine, { file }: Configuration, problem: string, hint: string): Failure {
  return new Failure('config-invalid', {
    operation: `render the crontab line of the ${line.job} of stanza ${line.stanza}`,
    place: file,
    problem,
    hint,
  });
}
