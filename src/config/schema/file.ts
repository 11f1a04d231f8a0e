import * as z from 'zod';
import { consulSchema } from './consul.ts';
import { copiesSchema } from './copies.ts';
import { deploySchema } from './deploy/deploy.ts';
import { notifySchema } from './notify.ts';
import { optionsSchema } from './options.ts';
import { absolutePath, count, duration, isLine, oneOf, port, scalar, secret, text } from './scalars.ts';
import { section } from './section.ts';
import { stanzaSchema } from './stanza.ts';

const binary = scalar<string>({
  expected: 'a program name or an absolute path',
  remedy: 'Write `pgbackrest` or the absolute path of the program.',
  json: { type: 'string', pattern: '^(/|[\\w.+-]+$)' },
  read: (value) => (isLine(value) && /^(?:\/[^{}]*|[\w.+-]+)$/.test(value) ? value : undefined),
});

const engineSchema = section({
  binary: binary
    .prefault('pgbackrest')
    .meta({ description: 'pgBackRest: a name to be found on PATH, or an absolute path.' }),
  configFile: absolutePath()
    .prefault('/etc/pgbackrest/pgbackrest.conf')
    .meta({ description: 'The generated configuration of pgBackRest.' }),
  includeDirectory: absolutePath()
    .prefault('/etc/pgbackrest/conf.d')
    .meta({ description: 'Directory of included files; the generated secrets are there.' }),
  logDirectory: absolutePath().prefault('/var/log/pgbackrest').meta({ description: 'Logs of pgBackRest.' }),
  lockDirectory: absolutePath()
    .prefault('/tmp/pgbackrest')
    .meta({ description: 'Locks of pgBackRest; everything on this host that runs it must share it.' }),
  spoolDirectory: absolutePath()
    .prefault('/var/spool/pgbackrest')
    .meta({ description: 'WAL status of asynchronous archiving.' }),
  user: text('a user name')
    .prefault('postgres')
    .meta({ description: 'Operating system user that runs pgBackRest.' }),
  defaults: oneOf(['tuned', 'own']).prefault('tuned').meta({
    description:
      "Where this file says nothing: `tuned` takes what was measured to be better (docs/tuning.md), `own` leaves pgBackRest's own default and renders exactly what stands here. `holdfast adopt` writes `own`, so that nothing changes.",
  }),
}).meta({ description: 'Where pgBackRest is and which files it uses on this host.' });

/** `engine` where the file says nothing of it. */
export function defaultEngineSettings(): z.output<typeof engineSchema> {
  return engineSchema.parse({});
}

const stateSchema = section({
  directory: absolutePath()
    .prefault('/var/lib/holdfast')
    .meta({ description: 'Journal, and what a restore must remember.' }),
}).meta({ description: 'What Holdfast itself keeps.' });

const tlsServerSchema = section({
  address: text('an address')
    .prefault('localhost')
    .meta({ description: 'Address to listen on; `*` for all.' }),
  port: port().prefault(8432).meta({ description: 'Port to listen on.' }),
  caFile: absolutePath().meta({ description: 'Certificate authority of the clients.' }),
  certificateFile: absolutePath().meta({ description: 'Certificate that this host shows.' }),
  keyFile: absolutePath().meta({ description: 'Private key of that certificate.' }),
  auth: z.record(z.string(), z.array(text('the name of a stanza, or *'))).meta({
    description: 'Name in the client certificate → stanzas it may use (`*` for all).',
    examples: [{ 'pg1.example.com': ['main'] }],
  }),
}).meta({ description: "The server of pgBackRest's TLS protocol on this host." });

const listen = scalar<{ readonly host: string; readonly port: number }>({
  expected: 'an address and a port, such as 127.0.0.1:7432 or [::1]:7432',
  remedy: 'Write `address:port`; an IPv6 address in brackets.',
  json: { type: 'string', pattern: '^.+:\\d{1,5}$' },
  read: (value) => {
    const match =
      typeof value === 'string' ? /^(?:\[([\da-fA-F:.]+)\]|([\w.*-]+)):(\d{1,5})$/.exec(value) : null;
    const number = Number(match?.[3]);
    const host = match?.[1] ?? match?.[2];
    return host === undefined || number < 1 || number > 65_535 ? undefined : { host, port: number };
  },
});

const serverSchema = section({
  listen: listen.prefault('127.0.0.1:7432').meta({ description: 'Where `holdfast serve` listens.' }),
  token: secret()
    .optional()
    .meta({ description: 'Token of the API and the pages; needed to listen beyond loopback.' }),
}).meta({ description: 'The server of Holdfast.' });

const jobsSchema = section({
  parallel: count(1, 100)
    .prefault(2)
    .meta({ description: 'Most backups and other jobs at once on this host.' }),
  parallelPerRepository: count(1, 100)
    .prefault(1)
    .meta({ description: 'Most jobs at once in one repository, of all stanzas that use it.' }),
  retries: count(0, 20)
    .prefault(3)
    .meta({ description: 'How often a job is tried again when it failed for a reason that may pass.' }),
  keepLogs: duration()
    .prefault('30d')
    .meta({ description: 'How long logs of pgBackRest and of runs are kept.' }),
}).meta({ description: 'How `holdfast serve` does its work.' });

/** `jobs` where the file says nothing of it. */
export function defaultJobSettings(): z.output<typeof jobsSchema> {
  return jobsSchema.parse({});
}

const watchSchema = section({
  catalogue: duration()
    .prefault('10m')
    .meta({ description: 'How often the backup sets of each repository are looked at.' }),
  archive: duration()
    .prefault('5m')
    .meta({ description: 'How often the WAL archive of each stanza in each repository is looked at.' }),
  primary: duration()
    .prefault('1m')
    .meta({ description: 'How often the primary of each stanza is asked for its WAL position.' }),
  recheck: duration().prefault('1d').meta({
    description:
      'Within this time every directory of the WAL archive is listed again, a share of them with each look. Longer costs fewer requests, and WAL that vanished from an old directory is noticed later.',
  }),
  databases: oneOf(['none', 'latest', 'all']).prefault('none').meta({
    description:
      'Of which backup sets it is asked how many databases they hold, for the metrics `pgbackrest_backup_databases` and `…_last_databases`. Takes one call of pgBackRest for each set, once, which reads its manifest.',
  }),
}).meta({
  description:
    'How often `holdfast serve` looks. Looks cost requests at an object store: docs/wal-ledger.md.',
});

/** `watch` where the file says nothing of it. */
export function defaultWatchSettings(): z.output<typeof watchSchema> {
  return watchSchema.parse({});
}

/** holdfast.yaml. */
export const fileSchema = section({
  stanzas: z.record(z.string(), stanzaSchema).meta({
    description: 'Clusters by name. A name is what pgBackRest calls the stanza.',
  }),
  engine: engineSchema.prefault({}),
  state: stateSchema.prefault({}),
  options: optionsSchema.prefault({}),
  tlsServer: tlsServerSchema.optional(),
  notify: z
    .record(z.string(), notifySchema)
    .prefault({})
    .meta({ description: 'Who is told, by a name of your own.' }),
  consul: consulSchema.optional(),
  server: serverSchema.prefault({}),
  jobs: jobsSchema.prefault({}),
  watch: watchSchema.prefault({}),
  copies: copiesSchema.prefault({}),
  deploy: deploySchema.prefault({}),
});

export type FileInput = z.output<typeof fileSchema>;
