import * as z from 'zod';
import { absolutePath, count, port, text } from './scalars.ts';
import { section } from './section.ts';
import { sshSchema, tlsSchema } from './transport.ts';

/** What starts and stops a server that another container runs. */
const elsewhereSchema = section({
  stop: text('a command').meta({
    description: 'Command with which a person stops the server.',
    examples: ['docker compose stop db'],
  }),
  start: text('a command').meta({
    description: 'Command with which a person starts it.',
    examples: ['docker compose start db'],
  }),
}).meta({
  description:
    'Another container runs the server on a volume that is shared with Holdfast. Nothing of this is run, only printed: a restore in place waits for nobody, it refuses while that server runs, and stops the server of its own proofs at its end.',
});

/** One PostgreSQL server of a stanza. */
export const postgresNodeSchema = section({
  path: absolutePath().meta({ description: 'Data directory.', examples: ['/var/lib/postgresql/15/main'] }),
  port: port().prefault(5432).meta({ description: 'Port the server listens on.' }),
  host: text('a host name or address')
    .optional()
    .meta({
      description: 'The host as other hosts reach it. A node without `host` is on this host.',
      examples: ['pg2.example.com'],
    }),
  socket: absolutePath()
    .optional()
    .meta({
      description: 'Directory of the Unix socket, when it is not the default.',
      examples: ['/var/run/postgresql'],
    }),
  user: text('a user name')
    .prefault('postgres')
    .meta({ description: 'Operating system user that owns the data directory and runs the server.' }),
  databaseUser: text('a role name').optional().meta({
    description: 'Database role that pgBackRest connects as; without it the operating system user.',
  }),
  database: text('a database name')
    .prefault('postgres')
    .meta({ description: 'Database that pgBackRest connects to.' }),
  number: count(1, 256)
    .optional()
    .meta({
      description: 'The 3 of `pg3`, with `engine.defaults: own`. Without it the place in the list.',
      examples: [3],
    }),
  bin: absolutePath()
    .optional()
    .meta({
      description:
        'Directory of pg_ctl and its neighbours; without it found by version. On a drill host it counts where it is there, too.',
      examples: ['/usr/lib/postgresql/15/bin'],
    }),
  elsewhere: elsewhereSchema.optional(),
  ssh: sshSchema.optional(),
  tls: tlsSchema.optional(),
});

/** A list of nodes, or the only node itself. */
export const postgresSchema = z.union([z.array(postgresNodeSchema), postgresNodeSchema]).meta({
  description: 'The servers of the cluster, primary and standbys: a list, or one mapping when there is one.',
});

export type PostgresNodeInput = z.output<typeof postgresNodeSchema>;
