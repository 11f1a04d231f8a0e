import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { version } from '../../../test/support/conf-parts.ts';
import { parseConfiguration } from '../../config/load.ts';
import { judgeGeneratedText } from '../../engine/conf/conf-text.ts';
import type { RenderedFile } from '../../engine/conf/render-conf.ts';
import { isFailure } from '../../model/failure.ts';
import { literal } from './services.ts';
import { composeTarget } from './render-compose.ts';

type Mapping = Record<string, unknown>;

const repository = (change: Mapping = {}): Mapping => ({
  type: 'posix',
  path: '/var/lib/pgbackrest',
  ...change,
});

function fileOf(change: {
  stanza?: string;
  node?: Mapping;
  repositories?: Mapping;
  compose?: Mapping;
  top?: Mapping;
}): string {
  return stringify({
    stanzas: {
      [change.stanza ?? 'shop']: {
        postgres: { path: '/var/lib/postgresql/17/data', ...change.node },
        repositories: change.repositories ?? { local: repository() },
        schedule: { full: '0 2 * * 0' },
      },
    },
    deploy: { compose: change.compose ?? {} },
    ...change.top,
  });
}

function render(source: string): ReadonlyMap<string, RenderedFile> {
  const { configuration, problems } = parseConfiguration(source, '/etc/holdfast/holdfast.yaml', {
    engineVersion: version('2.55'),
  });
  if (configuration === undefined) throw new Error(JSON.stringify(problems));
  const files = composeTarget.render(configuration, {
    source,
    host: undefined,
    stanza: undefined,
    version: version('2.55'),
    machine: { cores: 2 },
    secrets: (reference) => `value of ${JSON.stringify(reference)}`,
    owner: 'deployer',
    job: 'holdfast',
  });
  return new Map(files.map((file) => [file.path, file]));
}

const text = (files: ReadonlyMap<string, RenderedFile>, path: string): string =>
  files.get(path)?.content ?? '';
const compose = (source: string): Mapping & { services: Record<string, Mapping> } =>
  parse(text(render(source), 'compose.yaml'));

function refusal(source: string): string {
  try {
    render(source);
  } catch (error) {
    if (isFailure(error, 'config-invalid')) return error.problem;
    throw error;
  }
  throw new Error('it was rendered');
}

describe('renderCompose', () => {
  it('writes the same files whatever is in them, each with its header', () => {
    const files = render(fileOf({}));
    expect([...files.keys()]).toEqual([
      'compose.yaml',
      'Dockerfile',
      '.dockerignore',
      '.gitignore',
      '.env.example',
      'Makefile',
      'README.md',
      'configuration/holdfast.yaml',
      'configuration/postgresql.conf',
      'image/start-database',
      'image/start-holdfast',
      'image/check-health',
      'image/copy-secrets',
    ]);
    for (const { content } of files.values()) expect(judgeGeneratedText(content)).toBe('untouched');
    expect(text(files, 'image/start-database')).toMatch(/^#!\/bin\/sh\n/);
    expect(files.get('image/start-database')?.mode).toBe(0o755);
  });

  it('gives nobody a right that he does not need, and no container the socket of Docker', () => {
    const { services } = compose(
      fileOf({ repositories: { local: repository({ encryption: { passphrase: '${P}' } }) } }),
    );
    for (const [name, service] of Object.entries(services)) {
      expect(service, name).toMatchObject({
        read_only: true,
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
      });
      if (name !== 'secrets') expect(service).not.toHaveProperty('user');
    }
    expect(services['secrets']).toMatchObject({ network_mode: 'none', user: '0:0' });
    expect(JSON.stringify(services)).not.toContain('docker.sock');
    expect(services['db']?.['volumes']).toContainEqual({
      type: 'volume',
      source: 'repository-local',
      target: '/var/lib/pgbackrest',
    });
  });

  it('keeps secrets in files that only the deployer can read, and in nothing else', () => {
    const files = render(
      fileOf({
        repositories: { local: repository({ encryption: { passphrase: '${PASS}' } }) },
        compose: { password: 'exec:pass show db' },
        top: { notify: { ops: { slack: '${SLACK}', on: ['critical'] } } },
      }),
    );
    const secrets = [...files.values()].filter(({ secret }) => secret);
    expect(secrets.map(({ path, mode }) => [path, mode])).toEqual([
      ['secrets/stanzas.shop.repositories.local.encryption.passphrase', 0o600],
      ['secrets/notify.ops.slack', 0o600],
      ['secrets/database-password', 0o600],
    ]);
    const others = [...files.values()].filter(({ secret }) => !secret).map(({ content }) => content);
    expect(others.join('\n')).not.toContain('value of');
    expect(text(files, '.gitignore')).toMatch(/^secrets\/$/m);
    expect(text(files, 'configuration/holdfast.yaml')).toContain(
      'slack: file:/run/holdfast-secrets/notify.ops.slack',
    );
    expect(text(files, 'configuration/holdfast.yaml')).not.toContain('deploy:');
  });

  it('makes exactly those containers anew whose file changed, and none when a secret changes', () => {
    const local = repository({ encryption: { passphrase: 'a literal' } });
    const labels = (change: Parameters<typeof fileOf>[0]): readonly unknown[] => {
      const { services } = compose(fileOf({ repositories: { local }, ...change }));
      return ['db', 'holdfast'].map((name) => JSON.stringify(services[name]?.['labels']));
    };
    const [db, holdfast] = labels({});
    expect(db).toMatch(/"sha256:[0-9a-f]{64}"/);
    const second = labels({ repositories: { local, other: repository({ path: '/srv/b' }) } });
    expect(second[0]).toBe(db);
    expect(second[1]).not.toBe(holdfast);
    const settings = labels({ compose: { settings: { max_connections: '77' } } });
    expect(settings[0]).not.toBe(db);
    expect(settings[1]).toBe(holdfast);
    const other = repository({ encryption: { passphrase: 'another' } });
    expect(labels({ repositories: { local: other } })).toEqual([db, holdfast]);
  });

  it('takes a key file of many lines from where it lies, readable for nobody else', () => {
    const gcs = { type: 'gcs', bucket: 'b', key: 'file:/home/me/key $1.json' };
    const source = fileOf({ repositories: { offsite: gcs } });
    const name = 'stanzas.shop.repositories.offsite.key';
    expect(compose(source)).toMatchObject({ secrets: { [name]: { file: '/home/me/key $$1.json' } } });
    expect([...render(source).keys()].join()).not.toContain('secrets/');
    expect(text(render(source), 'configuration/holdfast.yaml')).toContain(
      `file:/run/holdfast-secrets/${name}`,
    );
    expect(text(render(source), 'compose.yaml')).not.toContain('type: bind\n        source: /home');
  });

  it('lets the server be started by its own container, and finds the locks of the other', () => {
    const inside = parse(text(render(fileOf({})), 'configuration/holdfast.yaml')) as {
      stanzas: Record<string, Mapping>;
      engine: Mapping;
    };
    expect(inside.stanzas['shop']?.['postgres']).toMatchObject({
      elsewhere: { stop: 'docker compose stop db', start: 'docker compose start db' },
    });
    expect(inside.engine['lockDirectory']).toBe('/var/spool/pgbackrest/lock');
    expect(text(render(fileOf({})), 'configuration/postgresql.conf')).toContain("archive_mode = 'on'");
  });

  it('leaves what looks like a variable, a command or an end of quotes as it is', () => {
    const hostile = "/srv/a $HOME '`id`' \"x";
    const source = fileOf({
      node: { path: `${hostile}/17/data`, socket: '/run/s $(id)' },
      compose: { settings: { log_line_prefix: "%m 'a' $b \\c" }, database: 'a"b $c' },
    });
    const { services } = compose(source);
    const volumes = services['db']?.['volumes'] as Mapping[];
    expect(volumes.find(({ source: name }) => name === 'data')?.['target']).toBe(
      `${hostile}/17`.replaceAll('$', '$$$$'),
    );
    expect(services['db']?.['environment']).toMatchObject({ DATABASE: 'a"b $$c' });
    expect(text(render(source), 'configuration/postgresql.conf')).toContain(
      "log_line_prefix = '%m ''a'' $b \\\\c'",
    );
    expect(text(render(source), 'Dockerfile')).toContain(String.raw`'/srv/a $HOME '\''`);
    expect(literal('$a$$')).toBe('$$a$$$$');
  });

  it('takes limits by the names that people have in their .env', () => {
    const files = render(
      fileOf({
        compose: {
          backupLimits: { memory: '512M', cpus: 0.5, memoryReservation: '256M', cpuReservation: 0.25 },
        },
      }),
    );
    expect(parse(text(files, 'compose.yaml'))).toMatchObject({
      services: {
        holdfast: {
          deploy: {
            resources: {
              limits: { memory: '${BACKUP_MEMORY_LIMIT:-512M}', cpus: '${BACKUP_CPU_LIMIT:-0.5}' },
              reservations: {
                memory: '${BACKUP_MEMORY_RESERVATION:-256M}',
                cpus: '${BACKUP_CPU_RESERVATION:-0.25}',
              },
            },
          },
        },
      },
    });
    expect(text(files, '.env.example')).toContain('#BACKUP_MEMORY_LIMIT=512M\n');
  });

  it.each([
    ['Patroni, hosts, several servers', fileOf({ node: { host: 'pg1' } }), /several servers/],
    [
      'a version that the packages do not have',
      fileOf({ top: { deploy: { postgresVersion: 18 } } }),
      /Debian has no PostgreSQL 18/,
    ],
    [
      'a data directory on a volume of the root',
      fileOf({ node: { path: '/pgdata/x' } }),
      /too near to the root/,
    ],
    [
      'a repository on a share',
      fileOf({ repositories: { local: { type: 'cifs', path: '/mnt' } } }),
      /or a share/,
    ],
    [
      'settings that are none',
      fileOf({ compose: { settings: { 'a b': '1' } } }),
      /not the name of a setting/,
    ],
    ['a port on which nobody listens', fileOf({ compose: { publishStatus: '7432' } }), /nobody listens/],
  ])('refuses %s', (_name, source, problem) => {
    expect(refusal(source)).toMatch(problem);
  });

  it('has packages of the PostgreSQL project for other versions', () => {
    const source = fileOf({
      top: { deploy: { postgresVersion: 18, compose: { packages: 'postgresql.org' } } },
    });
    expect(text(render(source), 'Dockerfile')).toMatch(/apt\.postgresql\.org\.sh[^]*postgresql-18/);
  });
});
