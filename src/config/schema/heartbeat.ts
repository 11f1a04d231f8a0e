import * as z from 'zod';
import { heartbeatForms } from '../../model/heartbeat.ts';
import { duration, oneOf, scalar } from './scalars.ts';
import { section } from './section.ts';

/** YAML 1.1 takes the word for false, and some editors write that. */
const off = scalar<'off'>({
  expected: 'off, or a mapping with `form` and `every`',
  remedy: 'Write `heartbeat: off`, or `heartbeat: { form: message, every: 1m }`.',
  json: { enum: ['off', false] },
  read: (value) => (value === 'off' || value === false ? 'off' : undefined),
});

const heartbeatMapping = section({
  form: oneOf(heartbeatForms).prefault('message').meta({
    description:
      '`message`: a logical message in WAL, which leaves nothing in the database. `table`: the one row of holdfast.heartbeat, which setup makes. `off`: none.',
  }),
  every: duration()
    .optional()
    .meta({
      description:
        'How often. Without it once a minute, or twice within `objectives.rpo` where that is shorter.',
      examples: ['1m'],
    }),
});

/** Whether, how and how often a marked commit is written. */
export const heartbeatSchema = z.union([off, heartbeatMapping]).meta({
  description:
    'A tiny marked commit on the primary, so that it is known to the second up to when a repository can restore, also while nobody writes (docs/heartbeat.md). `off` switches it off.',
  examples: [{ form: 'message', every: '1m' }, 'off'],
});

export type HeartbeatInput = z.output<typeof heartbeatSchema>;
