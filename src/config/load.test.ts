import { describe, expect, it } from 'vitest';
import { drillChecks } from '../model/drill.ts';
import { Failure } from '../model/failure.ts';
import { loadConfiguration, parseConfiguration } from './load.ts';
import { hasErrors, problemsFailure } from './problems.ts';

const example = `stanzas:
  main:
    postgres:                       # one entry a node; a node without \`host\` is local
      - path: /var/lib/postgresql/15/main
        port: 5432
    patroni: { url: http://127.0.0.1:8008 }          # optional
    repositories:                   # order = repo1, repo2, ...
      local:   { type: posix, path: /var/lib/pgbackrest, retention: { full: 2 } }
      offsite:
        type: s3
        provider: backblaze
        bucket: acme-backups
        region: us-west-004
        key: \${B2_KEY_ID}
        keySecret: file:/run/secrets/b2
        encryption: { passphrase: file:/run/secrets/cipher }
        retention: { full: 14d, archive: follow }
    schedule:
      full: "0 2 * * 0"
      diff: "0 2 * * 1-6"
      incr: "0 */6 * * *"
      verify: "30 4 * * *"
      drill: { cron: "0 5 * * 6", target: random, checks: [checksums, amcheck, read, queries] }
    objectives: { rpo: 1m, rto: 30m, backupAge: 26h, drillAge: 8d }
notify:
  ops: { slack: \${SLACK_URL}, on: [critical, warning, resolved] }
server: { listen: 127.0.0.1:7432 }
`;

const shortest = `stanzas:
  main:
    postgres: { path: /data }
    repositories: { local: { type: posix, path: /repo } }
`;

describe('parseConfiguration', () => {
  it('reads the example of the documentation without a problem', () => {
    const { configuration, problems } = parseConfiguration(example, '/etc/holdfast.yaml');
    expect(problems).toEqual([]);
    const [stanza] = configuration?.stanzas ?? [];
    expect(stanza?.repositories.map(({ name, key }) => [name, key])).toEqual([
      ['local', 1],
      ['offsite', 2],
    ]);
    expect(stanza?.repositories[1]).toMatchObject({
      path: '/pgbackrest',
      retention: { full: { by: 'time', days: 14 }, archive: 'follow' },
      encryption: { cipher: 'aes-256-cbc', passphrase: { kind: 'file', path: '/run/secrets/cipher' } },
      access: {
        type: 's3',
        endpoint: 's3.us-west-004.backblazeb2.com',
        uriStyle: 'host',
        key: { kind: 'environment', name: 'B2_KEY_ID' },
      },
    });
    expect(stanza?.objectives).toEqual({ rpo: 60, rto: 1800, backupAge: 93_600, drillAge: 691_200 });
    expect(stanza?.schedule.map((entry) => entry.job)).toEqual(['full', 'diff', 'incr', 'verify', 'drill']);
    expect(configuration?.notify).toEqual([
      {
        name: 'ops',
        kind: 'slack',
        target: { kind: 'environment', name: 'SLACK_URL' },
        on: ['critical', 'warning', 'resolved'],
        stanzas: [],
        wait: 30,
        repeat: { critical: 4 * 3600, warning: 24 * 3600 },
      },
    ]);
  });

  it('refuses `from` as not available yet, with that failure', () => {
    const text = example.replace('retention: { full: 14d, archive: follow }', '$&\n        from: local');
    const { configuration, problems } = parseConfiguration(text, '/etc/holdfast.yaml');
    expect(configuration).toBeUndefined();
    expect(problems.map(({ rule, position }) => [rule, position.line, position.column])).toEqual([
      ['not-available-yet', 18, 9],
    ]);
    expect(problemsFailure(problems).kind).toBe('not-available-yet');
  });

  it('fills every default of the shortest file in', () => {
    const { configuration, problems } = parseConfiguration(shortest, '/etc/holdfast.yaml');
    expect(problems.map((problem) => [problem.severity, problem.rule])).toEqual([
      ['warning', 'no-retention'],
    ]);
    expect(configuration).toMatchObject({
      file: '/etc/holdfast.yaml',
      stateDirectory: '/var/lib/holdfast',
      engine: { binary: 'pgbackrest', configFile: '/etc/pgbackrest/pgbackrest.conf', user: 'postgres' },
      server: { listen: { host: '127.0.0.1', port: 7432 } },
      jobs: { parallel: 2, parallelPerRepository: 1, retries: 3, keepLogs: 2_592_000 },
      watch: { catalogue: 600, archive: 300, primary: 60, recheck: 86_400, databases: 'none' },
      stanzas: [
        {
          name: 'main',
          nodes: [
            {
              path: '/data',
              port: 5432,
              database: 'postgres',
              osUser: 'postgres',
              transport: { kind: 'ssh' },
            },
          ],
          schedule: [],
          blackouts: [],
          repositories: [{ name: 'local', key: 1, path: '/repo', access: { type: 'posix' } }],
        },
      ],
    });
  });

  it('gives the defaults of a drill to one written as cron text', () => {
    const { configuration } = parseConfiguration(
      `${shortest}    schedule: { drill: "0 5 * * 6", timezone: UTC }\n`,
      '/f',
    );
    expect(configuration?.stanzas[0]?.schedule).toEqual([
      {
        job: 'drill',
        cron: '0 5 * * 6',
        timezone: 'UTC',
        repositories: [],
        catchUp: true,
        target: 'random',
        checks: drillChecks,
      },
    ]);
  });

  it('reads when, where and how long something runs, and when nothing does', () => {
    const { configuration, problems } = parseConfiguration(
      `${shortest}    schedule:
      full: { cron: "0 2 * * 0", on: any, jitter: 10m, priority: 7, catchUp: false, timeout: 8h }
      timezone: Europe/Berlin
      blackouts:
        - { cron: "0 8 * * 1-5", duration: 10h, missed: skip }
        - { cron: "0 0 1 1 *", timezone: UTC, duration: 1d }
jobs: { parallel: 3, retries: 0, keepLogs: 14d }
`,
      '/f',
    );
    expect(hasErrors(problems)).toBe(false);
    expect(configuration?.stanzas[0]?.schedule).toEqual([
      {
        job: 'full',
        cron: '0 2 * * 0',
        timezone: 'Europe/Berlin',
        repositories: [],
        on: 'any',
        jitter: 600,
        priority: 7,
        catchUp: false,
        timeout: 28_800,
      },
    ]);
    expect(configuration?.stanzas[0]?.blackouts).toEqual([
      { cron: '0 8 * * 1-5', timezone: 'Europe/Berlin', duration: 36_000, missed: 'skip' },
      { cron: '0 0 1 1 *', timezone: 'UTC', duration: 86_400, missed: 'run' },
    ]);
    expect(configuration?.jobs).toEqual({
      parallel: 3,
      parallelPerRepository: 1,
      retries: 0,
      keepLogs: 1_209_600,
    });
  });

  it.each([
    ['', { form: 'message', every: 60 }],
    ['heartbeat: { form: table, every: 30s }', { form: 'table', every: 30 }],
    ['heartbeat: { every: 2m }', { form: 'message', every: 120 }],
    ['heartbeat: { form: off }', { form: 'off' }],
    ['heartbeat: off', { form: 'off' }],
    ['heartbeat: false', { form: 'off' }],
    // The objective is judged by heartbeats: two within it, but not more than one in five seconds.
    ['objectives: { rpo: 30s }', { form: 'message', every: 15 }],
    ['objectives: { rpo: 4s }', { form: 'message', every: 5 }],
    ['objectives: { rpo: 1h }', { form: 'message', every: 60 }],
    ['{ objectives: { rpo: 30s }, heartbeat: { every: 1m } }', { form: 'message', every: 60 }],
  ])('reads the heartbeat of `%s`', (more, heartbeat) => {
    const keys = more.startsWith('{ ') ? more.slice(2, -2).replace('}, ', '}\n    ') : more;
    const { configuration, problems } = parseConfiguration(`${shortest}    ${keys}\n`, '/f');
    expect(hasErrors(problems)).toBe(false);
    expect(configuration?.stanzas[0]?.heartbeat).toMatchObject(heartbeat);
  });

  it('takes the path of a key file of Google for what it is, not for a secret', () => {
    const text = shortest.replace(
      '{ type: posix, path: /repo }',
      '{ type: gcs, bucket: b, key: /etc/gcs.json }',
    );
    const { configuration, problems } = parseConfiguration(text, '/f');
    expect(problems.map((problem) => problem.rule)).not.toContain('literal-secret');
    expect(configuration?.stanzas[0]?.repositories[0]?.access).toMatchObject({
      key: { kind: 'file', path: '/etc/gcs.json' },
    });
  });

  it('tells everything wrong at once, in the order of the file', () => {
    const text = `stanzas:
  main:
    postgres: { path: data, prot: 5433 }
    repositories:
      local: { type: posxi, path: /repo }
      other: { type: posix, path: /other, bucket: x, retention: { full: 36h } }
    schedule: { full: daily }
    options: { proces-max: 3 }
server: { listen: 0.0.0.0:80 }
extra: 1
`;
    const { problems } = parseConfiguration(text, '/f');
    expect(
      problems.map(({ rule, path, position }) => `${rule} ${path} ${position.line}:${position.column}`),
    ).toEqual([
      'relative-path stanzas.main.postgres.path 3:23',
      'unknown-key stanzas.main.postgres.prot 3:29',
      'wrong-value stanzas.main.repositories.local.type 5:22',
      'unknown-key stanzas.main.repositories.other.bucket 6:43',
      'wrong-value stanzas.main.repositories.other.retention.full 6:73',
      'bad-cron stanzas.main.schedule.full 7:23',
      'listen-without-token server.listen 9:19',
      'unknown-key extra 10:1',
    ]);
    expect(problems[1]?.remedy).toBe('Write `port`.');
    expect(problems[3]?.remedy).toContain('s3 or gcs');
  });
});

describe('loadConfiguration', () => {
  it('resolves the path and reads the file', async () => {
    const asked: string[] = [];
    const readText = async (path: string): Promise<string> => {
      asked.push(path);
      return shortest;
    };
    const { configuration } = await loadConfiguration('/etc/holdfast.yaml', { readText });
    expect(asked).toEqual(['/etc/holdfast.yaml']);
    expect(configuration?.file).toBe('/etc/holdfast.yaml');
  });

  it('fails by name when the file cannot be read', async () => {
    const readText = async (): Promise<string> => {
      throw new Error("ENOENT: no such file or directory, open '/nope'");
    };
    const failure = await loadConfiguration('/nope', { readText }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Failure);
    expect(failure).toMatchObject({ kind: 'config-missing', place: '/nope' });
  });
});
