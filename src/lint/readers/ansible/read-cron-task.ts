import type { Schedule } from '../../facts.ts';
import { holdsPlaceholder } from '../../placeholder.ts';
import { readYamlCommand } from '../yaml/read-yaml-command.ts';
import { taskArgument, taskText, type AnsibleTask } from './find-tasks.ts';

const fields = ['minute', 'hour', 'day', 'month', 'weekday'] as const;

/**
 * The crontab line that a task of module `cron` writes; fields that it does not give are `*`. The expression stands
 * where the arguments of the module stand (ansible.builtin.cron).
 */
export function readCronTask(task: AnsibleTask): readonly Schedule[] {
  const job = taskArgument(task, 'job');
  if (task.module !== 'cron' || job === undefined || taskText(task, 'state') === 'absent') return [];
  const special = taskText(task, 'special_time');
  const times = fields.map(
    (field) => taskText(task, field) ?? (field === 'day' ? taskText(task, 'dom') : undefined) ?? '*',
  );
  const value = special === undefined ? times.join(' ') : `@${special}`;
  return [
    {
      place: task.map.place,
      name: taskText(task, 'name'),
      syntax: 'cron',
      expressions: [{ ...task.value.place, value, unknown: holdsPlaceholder(value) }],
      zone: undefined,
      commands: readYamlCommand(job, 'schedule'),
      backupType: undefined,
    },
  ];
}
