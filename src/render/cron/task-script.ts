import type { Configuration } from '../../config/configuration.ts';
import { quoteForShell } from '../../model/quote-for-shell.ts';
import type { ScheduledTask } from '../deployment/scheduled-task.ts';
import { taskUnitName } from '../systemd/task-units.ts';

/** Seconds between the graceful end of a run that takes too long and its forceful one. */
const graceSeconds = 120;

/**
 * The script that cron runs for one line of the schedules. It says nothing when all went well, because cron sends a
 * mail of whatever is said: then everything that the command said, and the channels of `notify` are told.
 */
export function taskScript(task: ScheduledTask, configuration: Configuration): string {
  const { line, words } = task;
  const { program, config } = configuration.deploy.cron;
  const call = (...args: readonly string[]): string =>
    [program, '--config', config ?? configuration.file, ...args].map(quoteForShell).join(' ');
  const guard = call('guard', '--stanza', line.stanza, '--line', line.key);
  const tell = call('notify', 'failure', '--direct', '--unit', `cron ${taskUnitName(task)}`);
  const limit =
    line.timeoutMs === undefined
      ? ''
      : `timeout --kill-after=${graceSeconds} ${Math.ceil(line.timeoutMs / 1000)} `;
  return `#!/bin/sh
# ${line.job} of stanza ${line.stanza}, for cron: ${line.cron}
set -u

# Keeps what was said in the log of the system, and mails it (cron does) with the failure.
failed() {
  printf '%s\\n' "$output" "$1 (exit code $code)" >&2
  MONITOR_SERVICE_RESULT=exit-code MONITOR_EXIT_STATUS=$code ${tell} --quiet >/dev/null || :
  exit "$code"
}

keep() {
  if command -v logger >/dev/null 2>&1; then
    printf '%s\\n' "$output" | logger -t ${quoteForShell(taskUnitName(task))} || :
  fi
}

# 0: here and now. 1: not here, or not now. Anything else: it is not known, which is a failure.
output=$(${guard} 2>&1) && code=0 || code=$?
[ "$code" -ne 1 ] || exit 0
[ "$code" -eq 0 ] || failed 'whether this host is to run it could not be judged'
${jitterOf(task)}
output=$(${limit}${call(...words)} 2>&1) && code=0 || code=$?
keep
[ "$code" -eq 0 ] || failed 'the ${line.job} of stanza ${line.stanza} failed'
`;
}

/** Always the same on one host, and another on others. */
function jitterOf({ line }: ScheduledTask): string {
  const seconds = Math.round(line.jitterMs / 1000);
  return seconds === 0 ? '' : `sleep $(($(hostname | cksum | cut -d ' ' -f 1) % ${seconds}))\n`;
}
