import { duration, flag, scalar } from './scalars.ts';
import { section } from './section.ts';

const types = ['off', 'full', 'diff', 'incr'] as const;

/** YAML 1.1 takes `off` for false, and some editors write that. */
const holes = scalar<(typeof types)[number]>({
  expected: 'off, full, diff or incr',
  remedy: 'Write `holes: diff`, or `holes: off`.',
  json: { enum: [...types, false] },
  read: (value) => (value === false ? 'off' : types.find((word) => word === value)),
});

/** What the daemon may do by itself where it is safe. */
export const selfHealingSchema = section({
  holes: holes.prefault('off').meta({
    description:
      'Backup that the daemon takes at once when WAL is missing and no set behind it can be restored: `full`, `diff`, `incr`, or `off`.',
  }),
  after: duration()
    .prefault('3m')
    .meta({
      description:
        'A hole counts when looks so far apart have seen it. Asynchronous archiving stores out of order.',
      examples: ['3m'],
    }),
  inBlackouts: flag().prefault(false).meta({
    description: 'Whether such a backup may begin in a blackout of the schedule.',
  }),
}).meta({ description: 'What the daemon repairs by itself (docs/self-healing.md).' });
