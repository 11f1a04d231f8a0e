import * as z from 'zod';
import { cron, timezone } from './cron.ts';
import { oneOf, text } from './scalars.ts';
import { section } from './section.ts';

/** What a drill can check after its restore. */
export const drillChecks = ['checksums', 'amcheck', 'read', 'queries'] as const;

const entryShape = {
  cron: cron().meta({
    description: 'When: minute, hour, day of month, month, day of week.',
    examples: ['0 2 * * 0'],
  }),
  timezone: timezone()
    .optional()
    .meta({ description: 'Zone of this entry; without it that of the schedule.' }),
  repositories: z
    .array(text('the name of a repository'))
    .prefault([])
    .meta({ description: 'Names of repositories; all when empty.' }),
};
const entrySchema = section(entryShape);
const drillSchema = section({
  ...entryShape,
  target: oneOf(['random', 'latest', 'oldest'])
    .prefault('random')
    .meta({ description: 'To which moment of the restorable time the drill restores.' }),
  checks: z
    .array(oneOf(drillChecks))
    .prefault([...drillChecks])
    .meta({ description: 'What is checked after the restore.' }),
});

function timesOf<Entry extends z.ZodType>(
  entry: Entry,
  description: string,
): z.ZodOptional<z.ZodType<ScheduleTimes<Entry>>> {
  const schema: z.ZodType<ScheduleTimes<Entry>> = z.union([cron(), entry, z.array(z.union([cron(), entry]))]);
  return schema.meta({ description, examples: ['0 2 * * 0'] }).optional();
}

type ScheduleTime<Entry extends z.ZodType> = string | z.output<Entry>;
type ScheduleTimes<Entry extends z.ZodType> = ScheduleTime<Entry> | ScheduleTime<Entry>[];

/** When what is done. */
export const scheduleSchema = section({
  full: timesOf(entrySchema, 'Full backups.'),
  diff: timesOf(entrySchema, 'Differential backups.'),
  incr: timesOf(entrySchema, 'Incremental backups.'),
  verify: timesOf(entrySchema, 'Verification of the files in the repositories.'),
  expire: timesOf(entrySchema, 'Expiry, beside the one after every backup.'),
  check: timesOf(entrySchema, 'Check that WAL arrives in every repository.'),
  copy: timesOf(entrySchema, 'Copies from one repository into another.'),
  drill: timesOf(drillSchema, 'Restores made to prove a backup.'),
  maintenance: timesOf(entrySchema, 'Housekeeping of what Holdfast remembers.'),
  timezone: timezone().optional().meta({ description: 'Zone of all entries; without it that of the host.' }),
}).meta({ description: 'When what is done: cron text, a mapping with more detail, or a list of these.' });

export type ScheduleInput = z.output<typeof scheduleSchema>;
export type ScheduleEntryInput = z.output<typeof entrySchema>;
export type DrillInput = z.output<typeof drillSchema>;
