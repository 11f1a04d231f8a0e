import * as z from 'zod';
import { parseDuration } from '../../model/duration.ts';
import type { Retention } from '../../model/repository.ts';
import { count, oneOf, scalar, wholeNumber } from './scalars.ts';
import { section } from './section.ts';

const secondsPerDay = 86_400;

/** A number counts full backups, a duration keeps them for days (`repo-retention-full`, `-full-type`). */
const fullRetention = scalar<NonNullable<Retention['full']>>({
  expected: 'a number of full backups (2) or whole days (14d, 2w)',
  remedy: 'Write a number to count backups, or a duration of whole days to keep them for a time.',
  json: {
    anyOf: [
      { type: 'integer', minimum: 1, maximum: 9_999_999 },
      { type: 'string', pattern: '^\\d{1,7}\\s*(d|w|h)$' },
    ],
  },
  read: (value) => {
    const backups = wholeNumber(value, 1, 9_999_999);
    if (backups !== undefined) return { by: 'count', count: backups };
    const days = readWholeDays(value, 1);
    return days === undefined ? undefined : { by: 'time', days };
  },
});

const historyRetention = scalar<number>({
  expected: 'whole days (30d), or 0d for none',
  remedy: 'Write a duration of whole days.',
  json: { type: 'string', pattern: '^\\d{1,7}\\s*(d|w|h)$' },
  read: (value) => readWholeDays(value, 0),
});

const archiveFollow = scalar<'follow'>({
  expected: '`follow`, or a mapping of type and count',
  remedy:
    'Write `follow`: WAL is kept as long as the backups that need it. pgBackRest counts backups here, never days.',
  json: { type: 'string', const: 'follow' },
  read: (value) => (value === 'follow' ? value : undefined),
});

const archiveCount = section({
  type: oneOf(['full', 'diff', 'incr']).meta({ description: 'Which backups are counted.' }),
  count: count().meta({
    description: 'How many of them keep their WAL. Never more than the full backups that are kept.',
  }),
});

/** How long backups and WAL are kept (`repo-retention-*`). */
export const retentionSchema = section({
  full: fullRetention.optional().meta({
    description:
      'Full backups to keep: a number counts them, a duration keeps them for days (and one older, so that the whole time can be restored). Without it nothing ever expires.',
    examples: [2, '14d'],
  }),
  diff: count()
    .optional()
    .meta({ description: 'Differential backups to keep; without it they go with their full backup.' }),
  archive: z
    .union([archiveFollow, archiveCount])
    .prefault('follow')
    .meta({
      description:
        'WAL to keep: `follow` keeps what the backups need; otherwise WAL is kept only for the last `count` backups of a type.',
      examples: ['follow', { type: 'full', count: 1 }],
    }),
  minimum: count()
    .optional()
    .meta({
      description:
        'Complete full backups that `holdfast expire` never goes below, whatever the rest says; at least 1. pgBackRest itself knows nothing of it.',
      examples: [2],
    }),
  history: historyRetention
    .optional()
    .meta({ description: 'Days to keep the manifests of expired backups.', examples: ['365d'] }),
}).meta({ description: 'How long backups and WAL are kept.' });

function readWholeDays(value: unknown, minimum: number): number | undefined {
  const seconds = typeof value === 'string' ? parseDuration(value) : undefined;
  const days = seconds === undefined ? undefined : seconds / secondsPerDay;
  return wholeNumber(days, minimum, 9_999_999);
}
