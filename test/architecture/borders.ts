/** The folders of src/, and which other folders each may import from. Changing the shape means changing this table. */
export const borders: Readonly<Record<string, readonly string[]>> = {
  /** Nouns and pure rules. */
  model: [],
  /** holdfast.yaml → Configuration. Knows the engine's options from the table in model/. */
  config: ['model'],
  /** Running a child and finding the user it runs as. */
  process: ['model'],
  /** What must be remembered. */
  store: ['model', 'process'],
  /** Driving pgbackrest. */
  engine: ['config', 'process', 'model'],
  /** Rules about files that people already have. */
  lint: ['config', 'engine', 'process', 'secrets', 'model'],
  /** From what people have to a holdfast.yaml: an existing pgbackrest.conf, an .env file, a few questions. */
  adopt: ['config', 'engine', 'lint', 'postgres', 'process', 'model'],
  /** Passphrases: made, known again, judged, proven, replaced. */
  secrets: ['config', 'engine', 'process', 'model'],
  /** The break-glass kit: what is in it, its format, its proof. */
  kit: ['config', 'engine', 'process', 'secrets', 'model'],
  /** X.509 certificates of pgBackRest's TLS between hosts: made, kept, rotated, looked at. */
  certificates: ['config', 'engine', 'process', 'status', 'model'],
  /** Servers. */
  postgres: ['process', 'model'],
  /** From a wish to a plan, its application, and the way back. */
  recovery: ['config', 'engine', 'postgres', 'process', 'store', 'model'],
  /** Evidence for auditors: documents, their keys and signatures, pages. */
  report: ['config', 'store', 'model'],
  /** Configuration and observations → findings. */
  status: ['config', 'model'],
  /** Delivery to people and their tools: webhook, Slack, e-mail, Alertmanager, PagerDuty, pings. */
  notify: ['config', 'store', 'status', 'model'],
  /** Names, helps and labels of the metrics, and their collection. */
  metrics: ['config', 'jobs', 'store', 'status', 'model'],
  /** Health, metrics. */
  http: ['config', 'jobs', 'metrics', 'store', 'status', 'model'],
  /** The only place where the parts of a running Holdfast are wired; its socket, its end, its supervisor. */
  daemon: [
    'certificates',
    'config',
    'engine',
    'http',
    'jobs',
    'metrics',
    'model',
    'notify',
    'postgres',
    'process',
    'recovery',
    'report',
    'status',
    'store',
  ],
  /** Setup, check, backup, expire, verify, maintenance; schedules, the queue, the lease around each run. */
  jobs: [
    'certificates',
    'config',
    'engine',
    'postgres',
    'process',
    'recovery',
    'report',
    'store',
    'status',
    'model',
  ],
  /** What retention keeps over time: a model of the engine's expire, pictures of it. Pure. */
  retention: ['config', 'jobs', 'report', 'model'],
  /** What repositories hold and cost over months. Pure. */
  cost: ['report', 'retention', 'model'],
  /** Deployments rendered from the configuration. */
  render: ['config', 'engine', 'metrics', 'report', 'model'],
  /** The thin shell: wires everything. */
  cli: [
    'adopt',
    'certificates',
    'config',
    'cost',
    'daemon',
    'engine',
    'jobs',
    'kit',
    'lint',
    'model',
    'notify',
    'postgres',
    'process',
    'recovery',
    'render',
    'report',
    'retention',
    'secrets',
    'status',
    'store',
  ],
};

/**
 * Modules from outside that only some folders (or single files) may import; what is not named here may be imported
 * everywhere.
 */
export const reservedModules: Readonly<Record<string, readonly string[]>> = {
  /**
   * Children are run in one way: cleaned environment, right user, two-stage stop. sudo replaces us, so cli/ has it; a
   * WAL segment goes through lz4 or bzip2 as bytes, which are no servers and need no other user.
   */
  'node:child_process': ['process', 'cli', 'recovery/wal/decompress.ts'],
  'node:sqlite': ['store'],
  yaml: ['config', 'cli', 'lint', 'adopt', 'render', 'secrets'],
  croner: ['config', 'model', 'lint'],
  /** Other folders see commands as facts. */
  unbash: ['lint'],
  commander: ['cli'],
  hono: ['http'],
  '@hono/node-server': ['http'],
  'prom-client': ['metrics'],
  nodemailer: ['notify'],
};

/** Files directly in src/; they may import from every folder. */
export const entryFiles: readonly string[] = ['main.ts'];

/** Where time, randomness, the environment and the console may be touched; everywhere else they are parameters. */
export const shell: readonly string[] = ['main.ts', 'cli/', 'daemon/'];

/** Drawers: a folder is named after what its files are about. */
export const forbiddenFolders: readonly string[] = [
  'utils',
  'util',
  'lib',
  'libs',
  'helpers',
  'common',
  'shared',
  'misc',
];

/** Lines that hold code; comments and blank lines are not counted. */
export const mostLinesOfCode = 300;
