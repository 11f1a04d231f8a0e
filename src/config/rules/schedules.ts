import { nearestName } from '../../model/nearest-name.ts';
import { scheduledJobs } from '../../model/schedule.ts';
import type { StanzaInput } from '../schema/stanza.ts';
import type { Path } from '../source-tree.ts';
import { stanzasOf, type RuleContext, type RuleFinding } from './rule.ts';

/** Schedules that name what exists, and objectives that something scheduled can meet. */
export function* checkSchedules({ file }: RuleContext): Iterable<RuleFinding> {
  for (const { stanza, path } of stanzasOf(file)) {
    yield* checkRepositoryNames(stanza, path);
    yield* checkObjectives(stanza, path);
  }
}

function* checkRepositoryNames(stanza: StanzaInput, path: Path): Iterable<RuleFinding> {
  const known = Object.keys(stanza.repositories);
  for (const job of scheduledJobs) {
    const times = stanza.schedule[job];
    const list = Array.isArray(times) ? times : [times];
    for (const [index, time] of list.entries()) {
      if (typeof time !== 'object') continue;
      const at = [...path, 'schedule', job, ...(Array.isArray(times) ? [index] : [])];
      for (const [position, name] of time.repositories.entries()) {
        if (known.includes(name)) continue;
        const nearest = nearestName(name, known);
        yield {
          rule: 'unknown-repository',
          path: [...at, 'repositories', position],
          problem: `there is no repository \`${name}\` in this stanza`,
          expected: `one of ${known.join(', ')}`,
          remedy:
            nearest === undefined
              ? 'Write the name of a repository of this stanza.'
              : `Write \`${nearest}\`.`,
        };
      }
    }
  }
}

function* checkObjectives({ schedule, objectives }: StanzaInput, path: Path): Iterable<RuleFinding> {
  const backups = schedule.full ?? schedule.diff ?? schedule.incr;
  const unmet = (key: string, missing: string, remedy: string): RuleFinding => ({
    rule: 'objective-without-schedule',
    severity: 'warning',
    path: [...path, 'objectives', key],
    problem: `is an objective, and no ${missing} is scheduled here`,
    remedy,
  });
  // No schedule at all may mean that another scheduler does it; half of one does not.
  if (Object.values(schedule).every((entry) => entry === undefined)) return;
  if (objectives.backupAge !== undefined && backups === undefined) {
    yield unmet('backupAge', 'backup', 'Add `full` to the schedule.');
  }
  if (objectives.drillAge !== undefined && schedule.drill === undefined) {
    yield unmet('drillAge', 'drill', 'Add `drill` to the schedule.');
  }
  if (backups === undefined || schedule.full !== undefined) return;
  yield {
    rule: 'no-full-backup',
    severity: 'warning',
    path: [...path, 'schedule', 'full'],
    problem:
      'backups are scheduled, and none of them is full: the first one never expires and all depend on it',
    remedy: 'Add `full` to the schedule.',
  };
}
