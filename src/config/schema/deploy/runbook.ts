import * as z from 'zod';
import { oneOf, text } from '../scalars.ts';
import { section } from '../section.ts';

/** What only people know of an emergency. */
export const runbookSchema = section({
  contacts: z
    .array(text('a line of text'))
    .prefault([])
    .meta({
      description: 'Who is called, in this order: one line each, with what they can decide.',
      examples: [['Database team, on call: +49 30 1234567', 'Storage: storage@example.com']],
    }),
  notes: z
    .array(text('a line of text'))
    .prefault([])
    .meta({
      description: 'What else whoever restores must know: where the kit is kept, who stops the application.',
      examples: [['The kit is in the safe of the Berlin office.']],
    }),
  shell: text('a command')
    .prefault('sudo -i')
    .meta({
      description: 'How one gets the shell in which the commands of the runbook are typed.',
      examples: ['docker compose exec holdfast bash'],
    }),
  shellUser: oneOf(['root', 'engine']).prefault('root').meta({
    description: 'Who one is in that shell: root, or the user that runs pgBackRest (as in a container).',
  }),
  stop: text('a command')
    .optional()
    .meta({
      description:
        'What stops PostgreSQL from the machine, where it runs in another container than that shell.',
      examples: ['docker compose stop db'],
    }),
  start: text('a command')
    .optional()
    .meta({ description: 'What starts it again.', examples: ['docker compose start db'] }),
}).meta({ description: 'Settings of the runbook: `holdfast runbook` and `holdfast render runbook`.' });
