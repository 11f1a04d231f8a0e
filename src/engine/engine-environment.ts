import { currentUser, standardPath } from '../process/os-user.ts';
import type { RunAs } from '../process/run-command.ts';

/**
 * The complete environment of every run of the engine. pgBackRest reads each `PGBACKREST_*` variable as an option that
 * beats the file (User Guide, "Configuration"), so nothing is inherited. TZ is left out on purpose: the engine names
 * backup sets by local time, and a set must not seem older than its predecessor because another tool took that one.
 */
export function engineEnvironment(runAs: RunAs | undefined): Record<string, string> {
  const user = runAs ?? currentUser();
  return { PATH: standardPath, HOME: user.home, USER: user.name, LOGNAME: user.name, LC_ALL: 'C.UTF-8' };
}
