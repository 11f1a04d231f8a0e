/** Who runs a database for others, and where they say how it is brought back. */
export interface HostedProvider {
  readonly name: string;
  /** Ends of the host names of its databases. */
  readonly hosts: readonly string[];
  /** What the provider calls its recovery to a moment, in a sentence. */
  readonly recovery: string;
  /** Its page about backups and recovery. */
  readonly documentation: string;
}

/** Providers by the ends of their host names, as of November 2026. */
export const hostedProviders: readonly HostedProvider[] = [
  {
    name: 'Neon',
    hosts: ['neon.tech'],
    recovery:
      'Instant restore goes back within the history window of the project (6 hours to 30 days by plan).',
    documentation: 'https://neon.com/docs/introduction/history-window',
  },
  {
    name: 'Supabase',
    hosts: ['supabase.co', 'supabase.com'],
    recovery: 'Daily backups by plan; point-in-time recovery is an add-on of the project.',
    documentation: 'https://supabase.com/docs/guides/platform/backups',
  },
  {
    name: 'Amazon RDS and Aurora',
    hosts: ['rds.amazonaws.com', 'rds.amazonaws.com.cn'],
    recovery:
      'Automated backups restore to any second within the retention period, always into a new instance.',
    documentation: 'https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIT.html',
  },
  {
    name: 'Azure Database for PostgreSQL',
    hosts: ['postgres.database.azure.com'],
    recovery: 'Point-in-time restore within the backup retention period, always into a new server.',
    documentation:
      'https://learn.microsoft.com/en-us/azure/postgresql/flexible-server/concepts-backup-restore',
  },
  {
    name: 'Google Cloud SQL',
    hosts: ['sql.goog'],
    recovery: 'Point-in-time recovery must be switched on, and always makes a new instance.',
    documentation: 'https://cloud.google.com/sql/docs/postgres/backup-recovery/pitr',
  },
  {
    name: 'DigitalOcean Managed Databases',
    hosts: ['db.ondigitalocean.com'],
    recovery: 'Daily backups and WAL of the last seven days, restored into a new cluster.',
    documentation: 'https://docs.digitalocean.com/products/databases/postgresql/how-to/restore-from-backups/',
  },
  {
    name: 'Aiven',
    hosts: ['aivencloud.com'],
    recovery: 'Point-in-time recovery by forking the service, within the backup period of the plan.',
    documentation: 'https://aiven.io/docs/products/postgresql/concepts/pg-backups',
  },
  {
    name: 'Tiger Cloud (Timescale)',
    hosts: ['tsdb.cloud.timescale.com'],
    recovery: 'Point-in-time recovery by forking the service, within the time of the plan.',
    documentation: 'https://docs.timescale.com/use-timescale/latest/backup-restore/',
  },
];

/** The provider whose databases have such host names; undefined when it is nobody's that is known. */
export function findHostedProvider(host: string): HostedProvider | undefined {
  const name = host.toLowerCase().replace(/\.$/, '');
  return hostedProviders.find((provider) =>
    provider.hosts.some((end) => name === end || name.endsWith(`.${end}`)),
  );
}

/** The host in a connection: a URL, `host=… port=…`, or the name alone. Nothing else of it is looked at. */
export function hostOfConnection(text: string): string | undefined {
  const url = /^[a-z][a-z0-9+.-]*:\/\/(?:[^@/]*@)?(\[[^\]]+\]|[^:/?#,]+)/i.exec(text);
  if (url) return url[1];
  const parameter = /(?:^|\s)host\s*=\s*'?([^\s',]+)/i.exec(text);
  if (parameter) return parameter[1];
  return /^[\w.-]+$/.test(text) ? text : undefined;
}
