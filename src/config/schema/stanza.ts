import * as z from 'zod';
import { drillsSchema } from './drills.ts';
import { heartbeatSchema } from './heartbeat.ts';
import { optionsSchema } from './options.ts';
import { postgresSchema } from './postgres-node.ts';
import { repositorySchema } from './repository.ts';
import { absolutePath, duration, scalar, secret, text } from './scalars.ts';
import { scheduleSchema } from './schedule.ts';
import { section } from './section.ts';
import { selfHealingSchema } from './self-healing.ts';

const httpUrl = scalar<string>({
  expected: 'a URL that begins with http:// or https://',
  remedy: 'Write the whole URL, with its scheme and port.',
  json: { type: 'string', pattern: '^https?://' },
  read: (value) =>
    typeof value === 'string' && /^https?:\/\/[^\s{}]+$/.test(value) && URL.canParse(value)
      ? value
      : undefined,
});

const patroniSchema = section({
  url: httpUrl.meta({ description: 'REST API of the local Patroni.', examples: ['http://127.0.0.1:8008'] }),
  caFile: absolutePath().optional().meta({ description: 'Certificate authority of the REST API.' }),
  certificateFile: absolutePath().optional().meta({
    description: 'Certificate that this host shows, where `restapi.verify_client` asks for one.',
  }),
  keyFile: absolutePath().optional().meta({ description: 'Key of that certificate.' }),
  username: text('a user name').optional().meta({
    description: 'User of `restapi.authentication`: a restore of the whole cluster pauses Patroni by it.',
  }),
  password: secret()
    .optional()
    .meta({ description: 'Password of that user.', examples: ['file:/etc/holdfast/patroni.password'] }),
  config: absolutePath()
    .optional()
    .meta({
      description: 'patroni.yml of this host, for the `patronictl` commands that are printed.',
      examples: ['/etc/patroni/patroni.yml'],
    }),
}).meta({ description: 'Patroni, when it manages the servers.' });

const objectivesSchema = section({
  rpo: duration()
    .optional()
    .meta({
      description: 'Most that may be lost: age of the newest moment that can be restored.',
      examples: ['1m'],
    }),
  rto: duration()
    .optional()
    .meta({ description: 'Longest that a restore may take.', examples: ['30m'] }),
  backupAge: duration()
    .optional()
    .meta({ description: 'Oldest that the newest backup may be.', examples: ['26h'] }),
  drillAge: duration()
    .optional()
    .meta({ description: 'Oldest that the last successful drill may be.', examples: ['8d'] }),
}).meta({ description: 'What must hold; judged by measured values.' });

/** One cluster and how it is protected. */
export const stanzaSchema = section({
  postgres: postgresSchema,
  patroni: patroniSchema.optional(),
  repositories: z.record(z.string(), repositorySchema).meta({
    description: 'Repositories by name. Their order is repo1, repo2, …',
  }),
  schedule: scheduleSchema.prefault({}),
  objectives: objectivesSchema.prefault({}),
  drills: drillsSchema.prefault({}),
  heartbeat: heartbeatSchema.prefault({}),
  selfHealing: selfHealingSchema.prefault({}),
  options: optionsSchema.prefault({}),
});

export type StanzaInput = z.output<typeof stanzaSchema>;
