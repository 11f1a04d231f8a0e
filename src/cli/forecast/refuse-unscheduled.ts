import { Failure } from '../../model/failure.ts';
import type { ScheduledEvent } from '../../retention/scheduled-events.ts';

/** Without backups there is nothing to simulate. @throws Failure nothing-found */
export function refuseUnscheduled(events: readonly ScheduledEvent[], repository: string, file: string): void {
  if (events.some(({ job }) => job !== 'expire')) return;
  throw new Failure('nothing-found', {
    operation: `simulate repository ${repository}`,
    place: file,
    problem: 'no backups into it are scheduled in this time',
    hint: 'Add a `schedule:` to the stanza, such as `full: "0 2 * * 0"`, or choose another repository with --repo.',
  });
}
