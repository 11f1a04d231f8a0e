import * as z from 'zod';
import { cron, timezone } from './cron.ts';
import { drillChecks, drillTargets } from '../../model/drill.ts';
import { blackoutEnds, runsOn } from '../../model/schedule.ts';
import { count, duration, flag, oneOf, text } from './scalars.ts';
import { section } from './section.ts';

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
  on: oneOf(runsOn).optional().meta({
    description:
      'On which member of the cluster, judged when it runs. Without it: the leader where there is Patroni or a node on another host beside one on this; otherwise any.',
  }),
  jitter: duration()
    .optional()
    .meta({
      description: 'Begin later by up to this long, always by the same on one host.',
      examples: ['10m'],
    }),
  priority: count(0, 100)
    .optional()
    .meta({ description: 'Higher goes first where runs wait for each other (docs/scheduling.md).' }),
  catchUp: flag()
    .prefault(true)
    .meta({ description: 'One run makes up for all that were missed while nothing ran.' }),
  timeout: duration()
    .optional()
    .meta({ description: 'A run that takes longer is stopped; without it none is.', examples: ['8h'] }),
};
const entrySchema = section(entryShape);
const drillSchema = section({
  ...entryShape,
  target: oneOf(drillTargets)
    .prefault('random')
    .meta({ description: 'To which moment of the restorable time the drill restores.' }),
  checks: z
    .array(oneOf(drillChecks))
    .prefault([...drillChecks])
    .meta({ description: 'What is checked after the restore.' }),
});

const blackoutSchema = section({
  cron: cron().meta({ description: 'When it begins.', examples: ['0 8 * * 1-5'] }),
  timezone: timezone().optional().meta({ description: 'Zone of this one; without it that of the schedule.' }),
  duration: duration().meta({ description: 'How long it lasts.', examples: ['10h'] }),
  missed: oneOf(blackoutEnds).prefault('run').meta({
    description:
      'What fell into it: `run` does it once when the blackout ends (where `catchUp` is on), `skip` leaves it out.',
  }),
}).meta({ description: 'A time in which nothing of this stanza is begun by the schedule.' });

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
  blackouts: z
    .array(blackoutSchema)
    .prefault([])
    .meta({
      description: 'Times in which nothing is begun.',
      examples: [[{ cron: '0 8 * * 1-5', duration: '10h' }]],
    }),
  timezone: timezone().optional().meta({ description: 'Zone of all entries; without it that of the host.' }),
}).meta({ description: 'When what is done: cron text, a mapping with more detail, or a list of these.' });

export type ScheduleInput = z.output<typeof scheduleSchema>;
export type ScheduleEntryInput = z.output<typeof entrySchema>;
export type DrillInput = z.output<typeof drillSchema>;
