import type { Schedule, Variable } from '../facts.ts';

const backupTypes: readonly (readonly [RegExp, string])[] = [
  [/FULL/, 'full'],
  [/DIFF/, 'diff'],
  [/INCR/, 'incr'],
];

/** The cron text that a variable hands to a scheduler (`BACKUP_SCHEDULE_FULL="0 2 * * 0"`). */
export function readVariableSchedule({ name, value, line }: Variable): Schedule | undefined {
  if (!/SCHEDULE|CRON/i.test(name.value) || !/^(@[a-z]+|[\d*]\S*(\s+\S+){4,5})$/i.test(value.value.trim()))
    return undefined;
  const upper = name.value.toUpperCase();
  return {
    place: line,
    name: name.value,
    syntax: 'cron',
    expressions: [value],
    zone: undefined,
    commands: undefined,
    backupType: backupTypes.find(([pattern]) => pattern.test(upper))?.[1],
  };
}
