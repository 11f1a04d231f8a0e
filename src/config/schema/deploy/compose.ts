import * as z from 'zod';
import { count, oneOf, scalar, secret, text } from '../scalars.ts';
import { section } from '../section.ts';

/** A name of Compose: projects and networks. */
const name = (): z.ZodType<string, unknown> =>
  scalar<string>({
    expected: 'small letters, digits, dashes and underscores, at most 50',
    remedy: 'Write a name such as main or shop-db.',
    json: { type: 'string', pattern: '^[a-z0-9][a-z0-9_-]{0,49}$' },
    read: (value) =>
      typeof value === 'string' && /^[a-z0-9][a-z0-9_-]{0,49}$/.test(value) ? value : undefined,
  });

/** As Docker takes them (`docker run --memory`): 512M, 2G. */
const memory = (): z.ZodType<string, unknown> =>
  scalar<string>({
    expected: 'a size of memory such as 512M or 2G',
    remedy: 'Write a whole number with M or G.',
    json: { type: 'string', pattern: '^[1-9]\\d{0,6}[MmGg]$' },
    read: (value) =>
      typeof value === 'string' && /^[1-9]\d{0,6}[MG]$/i.test(value) ? value.toUpperCase() : undefined,
  });

const cpus = (): z.ZodType<string, unknown> =>
  scalar<string>({
    expected: 'processors such as 2 or 0.5',
    remedy: 'Write a number of processors.',
    json: { type: ['string', 'number'], pattern: '^\\d{1,3}(\\.\\d{1,3})?$' },
    read: (value) =>
      /^\d{1,3}(?:\.\d{1,3})?$/.test(String(value)) && Number(value) > 0 ? String(value) : undefined,
  });

const image = (): z.ZodType<string, unknown> =>
  scalar<string>({
    expected: 'the name of an image',
    remedy: 'Write it as `docker pull` takes it, best with a digest.',
    json: { type: 'string', pattern: '^[a-z0-9][\\w./:@-]{0,254}$' },
    read: (value) =>
      typeof value === 'string' && /^[a-z0-9][\w./:@-]{0,254}$/.test(value) ? value : undefined,
  });

const address = scalar<string>({
  expected: 'a port, or an address and a port, such as 127.0.0.1:5432',
  remedy: 'Write 127.0.0.1:5432; without an address the whole network can reach it.',
  json: { type: ['string', 'integer'], pattern: '^((\\d{1,3}\\.){3}\\d{1,3}:)?\\d{1,5}$' },
  read: (value) => (/^(?:(?:\d{1,3}\.){3}\d{1,3}:)?\d{1,5}$/.test(String(value)) ? String(value) : undefined),
});

const fileName = scalar<string>({
  expected: 'the name of a file beside compose.yaml, or an https:// address',
  remedy: 'Write the name of the file that `npm pack` made, such as holdfast-0.1.0.tgz.',
  json: { type: 'string', pattern: '^(https://\\S+|[\\w.+-]+)\\.tgz$' },
  read: (value) =>
    typeof value === 'string' && /^(?:https:\/\/[\w./:@%+~-]+|[\w+-][\w.+-]*)\.tgz$/.test(value)
      ? value
      : undefined,
});

/** As it stands between quotes in postgresql.conf: blanks at its ends count. */
const settingValue = scalar<string>({
  expected: 'a value on one line',
  remedy: 'Write it as in postgresql.conf, without the quotes of that file.',
  json: { type: ['string', 'number', 'boolean'] },
  read: (value) => {
    if (typeof value === 'number' || typeof value === 'boolean') return String(value);
    return typeof value === 'string' && !/[\r\n\0]/.test(value) ? value : undefined;
  },
});

/** What one kind of container may take. */
function limits(defaults: {
  readonly memory: string;
  readonly cpus: string;
  readonly memoryReservation: string;
}) {
  return section({
    memory: memory().prefault(defaults.memory).meta({ description: 'Most memory.' }),
    cpus: cpus().prefault(defaults.cpus).meta({ description: 'Most processors.' }),
    memoryReservation: memory()
      .prefault(defaults.memoryReservation)
      .meta({ description: 'Memory that is kept for it.' }),
    cpuReservation: cpus()
      .optional()
      .meta({ description: 'Processors that are kept for it (swarm mode only).' }),
  });
}

/** What only this target needs. */
export const composeSchema = section({
  project: name().optional().meta({ description: 'Name of the Compose project; the stanza without it.' }),
  packages: oneOf(['debian', 'postgresql.org']).prefault('debian').meta({
    description:
      "Whose packages of PostgreSQL and pgBackRest are in the image: Debian's (17 with 2.55, or 15 with 2.45), or those of apt.postgresql.org, which has every major version, and of pgBackRest the newest alone.",
  }),
  baseImage: image()
    .optional()
    .meta({
      description:
        'Image of Debian that all is built on; debian:trixie-slim or debian:bookworm-slim without it.',
      examples: ['debian:trixie-slim@sha256:…'],
    }),
  nodeImage: image()
    .prefault('node:24.21.0-trixie-slim')
    .meta({ description: 'Image that the Node which Holdfast runs on is taken from.' }),
  image: image().optional().meta({
    description: 'Name of the image that is built; PROJECT-postgres:VERSION-ENGINE without it.',
  }),
  package: fileName.optional().meta({
    description: 'Holdfast itself, as `npm pack` makes it: a file beside compose.yaml or an address.',
    examples: ['holdfast-0.1.0.tgz'],
  }),
  uid: count(1, 65_535)
    .prefault(999)
    .meta({ description: 'User and group of everything in the containers.' }),
  database: text('the name of a database')
    .optional()
    .meta({ description: 'Database that is made with a new cluster, beside postgres.' }),
  password: secret()
    .optional()
    .meta({
      description:
        'Password that the superuser of a new cluster gets for connections over the network; without it he has none.',
      examples: ['file:/etc/holdfast/database-password'],
    }),
  settings: z
    .record(z.string(), settingValue)
    .prefault({})
    .meta({
      description: 'Other settings of PostgreSQL.',
      examples: [{ shared_buffers: '1GB', max_connections: '200' }],
    }),
  publish: address.optional().meta({
    description:
      'Where the port of PostgreSQL is open on the host; without it only in the network of the project.',
    examples: ['127.0.0.1:5432'],
  }),
  publishStatus: address.optional().meta({
    description:
      'Where health and metrics of Holdfast are open on the host; `server.listen` must then be beyond loopback.',
    examples: ['127.0.0.1:7432'],
  }),
  networks: z.array(name()).prefault([]).meta({
    description: 'Networks that are there already and that the database joins, for the applications in them.',
  }),
  shm: memory().prefault('256M').meta({ description: 'Shared memory (/dev/shm) of the servers.' }),
  databaseLimits: limits({ memory: '2G', cpus: '2', memoryReservation: '512M' }).prefault({}).meta({
    description: 'What the database may take; .env changes it without rendering (DATABASE_MEMORY_LIMIT, …).',
  }),
  backupLimits: limits({ memory: '1G', cpus: '1', memoryReservation: '256M' }).prefault({}).meta({
    description:
      'What Holdfast, its backups and drills may take, and a server while it is restored; .env changes it (BACKUP_MEMORY_LIMIT, …).',
  }),
}).meta({ description: 'Settings of `holdfast render compose`.' });

export type ComposeSettings = z.output<typeof composeSchema>;
