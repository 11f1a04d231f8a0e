import { execFileSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { judgeGeneratedText } from '../../src/engine/conf/conf-text.ts';
import { RenderedDirectory, renderFiles } from '../kubernetes/render-objects.ts';
import { type KubernetesObject, validateManifest } from '../kubernetes/validate-manifest.ts';

const s3 = {
  type: 's3',
  provider: 'minio',
  endpoint: '10.1.2.3:9000',
  bucket: 'backups',
  region: 'us-east-1',
  key: '${B2_KEY}',
  keySecret: '${B2_SECRET}',
  retention: { full: '14d' },
  encryption: { passphrase: '${PASSPHRASE}' },
};
const schedule = {
  full: '0 2 * * 7',
  incr: { cron: '0 */6 * * *', timezone: 'Europe/Berlin' },
  verify: '30 4 * * *',
  drill: { cron: '0 5 * * 6', target: 'latest', timeout: '3h' },
};
const sidecar = {
  stanzas: {
    main_db: {
      postgres: { path: '/var/lib/postgresql/17/main' },
      repositories: { near: { type: 'posix', path: '/srv/near', retention: { full: 2 } }, offsite: s3 },
      schedule,
      objectives: { rpo: '1m', backupAge: '26h' },
    },
  },
  server: { token: '${TOKEN}' },
  notify: { ops: { slack: '${SLACK}', on: ['critical'] } },
};
const cronjobs = {
  stanzas: {
    main_db: {
      postgres: { path: '/var/lib/postgresql/17/main' },
      repositories: { offsite: s3 },
      schedule,
    },
  },
  deploy: { kubernetes: { form: 'cronjobs', rolePassword: '${ROLE}', name: 'shop' } },
};

function problemsOf(objects: readonly KubernetesObject[]): readonly string[] {
  return objects.flatMap((object) =>
    validateManifest(object).map((problem) => `${object.kind} ${object.metadata.name}: ${problem}`),
  );
}

const find = (objects: readonly KubernetesObject[], kind: string): KubernetesObject => {
  const found = objects.find((object) => object.kind === kind);
  if (found === undefined) throw new Error(`there is no ${kind}`);
  return found;
};

describe('render kubernetes', () => {
  it.each([
    ['sidecar', sidecar, ['production', 'monitoring', 'drill', 'restore']],
    ['cronjobs', cronjobs, ['production', 'drill', 'restore']],
  ])('makes overlays of the form %s that Kubernetes takes, every field of them', (_, keys, overlays) => {
    const files = renderFiles('kubernetes', keys);
    using directory = new RenderedDirectory(files);
    expect(problemsOf(directory.build('base'))).toEqual([]);
    for (const overlay of overlays) {
      const objects = directory.build(`overlays/${overlay}`);
      expect(problemsOf(objects)).toEqual([]);
      expect(dangling(objects)).toEqual([]);
    }
    expect(
      files.filter(({ path }) => path.startsWith('overlays/')).map(({ path }) => path.split('/')[1]),
    ).toEqual(expect.arrayContaining(overlays));
  });

  it.each([
    ['sidecar', sidecar],
    ['cronjobs', cronjobs],
  ])('has secrets of the form %s nowhere but in files for them', (_, keys) => {
    const files = renderFiles('kubernetes', keys);
    const shown = files.filter(({ secret }) => !secret);
    expect(shown.filter(({ content }) => content.includes('VALUE-OF-'))).toEqual([]);
    const secret = files.filter((file) => file.secret);
    expect(secret.map(({ mode }) => mode)).toEqual(secret.map(() => 0o600));
    expect(secret.every(({ path }) => path.startsWith('base/secrets/'))).toBe(true);
    expect(files.find(({ path }) => path === '.gitignore')?.content).toContain('base/secrets/\n');
    expect(files.filter(({ content }) => judgeGeneratedText(content) !== 'untouched')).toEqual([]);
  });

  it('lets nothing run that the standard `restricted` forbids', () => {
    for (const [keys, overlays] of [
      [sidecar, ['drill', 'restore']],
      [cronjobs, ['drill', 'restore']],
    ] as const) {
      using directory = new RenderedDirectory(renderFiles('kubernetes', keys));
      const objects = overlays.flatMap((overlay) => directory.build(`overlays/${overlay}`));
      for (const pod of objects.flatMap(podsOf)) {
        expect(pod).toMatchObject({
          securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
          automountServiceAccountToken: false,
          enableServiceLinks: false,
        });
        for (const container of [...pod.initContainers, ...pod.containers]) {
          expect(container).toMatchObject({
            securityContext: {
              allowPrivilegeEscalation: false,
              readOnlyRootFilesystem: true,
              capabilities: { drop: ['ALL'] },
            },
            resources: { limits: { memory: expect.any(String) } },
          });
        }
      }
    }
  });

  it('has a CronJob for each line that one can do, never two at once and never again by itself', () => {
    using directory = new RenderedDirectory(renderFiles('kubernetes', cronjobs));
    const jobs = directory.build('base').filter(({ kind }) => kind === 'CronJob');
    expect(jobs.map(({ metadata }) => metadata.name).toSorted()).toEqual([
      'shop-drill',
      'shop-full',
      'shop-incr',
      'shop-verify',
    ]);
    const named = new Map(jobs.map((job) => [job.metadata.name, job['spec']]));
    for (const spec of named.values()) {
      expect(spec).toMatchObject({
        concurrencyPolicy: 'Forbid',
        jobTemplate: { spec: { backoffLimit: 0, template: { spec: { restartPolicy: 'Never' } } } },
      });
    }
    expect(named.get('shop-full')).toMatchObject({ schedule: '0 2 * * 0', timeZone: 'Etc/UTC' });
    expect(named.get('shop-incr')).toMatchObject({ timeZone: 'Europe/Berlin' });
    expect(named.get('shop-drill')).toMatchObject({
      jobTemplate: { spec: { activeDeadlineSeconds: 10_800 } },
    });
  });

  it('opens the ports of its repositories and no others', () => {
    using directory = new RenderedDirectory(renderFiles('kubernetes', sidecar));
    const policies = directory.build('base').filter(({ kind }) => kind === 'NetworkPolicy');
    const stores = policies.find(({ metadata }) => metadata.name === 'main-db-stores');
    expect(stores?.['spec']).toMatchObject({
      egress: [
        { to: [{ ipBlock: { cidr: '10.1.2.3/32' } }], ports: [{ port: 9000 }] },
        { ports: [{ port: 443 }] },
      ],
    });
  });

  it('hands the identity that a cloud gives a pod to every pgBackRest that runs there', () => {
    const { key: _, keySecret: _secret, ...rest } = s3;
    const files = renderFiles('kubernetes', {
      ...sidecar,
      ...change({ repositories: { offsite: { ...rest, keyType: 'web-id' } } }),
    });
    using directory = new RenderedDirectory(files);
    const content = (path: string): string => files.find((file) => file.path === path)?.content ?? '';
    expect(content('base/files/holdfast.yaml')).toContain('binary: /opt/holdfast-scripts/pgbackrest');
    expect(content('base/files/holdfast.conf')).toContain(
      "'/opt/holdfast-scripts/pgbackrest --stanza=main_db archive-push",
    );
    expect(find(directory.build('base'), 'StatefulSet')).toMatchObject({
      spec: { template: { spec: { automountServiceAccountToken: true } } },
    });
    // The part of the first script that keeps it, and the one that gives it, with `env` as what is started.
    const file = join(directory.path, 'identity');
    const keep = /export -p[^]*$/.exec(content('base/scripts/configure.sh'))?.[0] ?? '';
    const give = content('base/scripts/pgbackrest');
    symlinkSync('/usr/bin/env', join(directory.path, 'pgbackrest'));
    const run = (text: string, env: Readonly<Record<string, string>>): string =>
      execFileSync('sh', ['-c', text.replaceAll('/run/pgbackrest/identity', file)], {
        env: { PATH: `${directory.path}:/usr/bin:/bin`, ...env },
        encoding: 'utf8',
      });
    run(keep, {
      AWS_ROLE_ARN: "arn:aws:iam::1:role/a b'c",
      AWS_WEB_IDENTITY_TOKEN_FILE: '/var/run/token',
      OTHER: 'x',
    });
    expect(run(give, {}).split('\n')).toEqual(
      expect.arrayContaining([
        "AWS_ROLE_ARN=arn:aws:iam::1:role/a b'c",
        'AWS_WEB_IDENTITY_TOKEN_FILE=/var/run/token',
      ]),
    );
    expect(run(give, {})).not.toContain('OTHER');
  });

  it.each([
    ['several stanzas', twoStanzas(), /several stanzas/],
    ['no token', { server: {} }, /server\.token/],
    ['Patroni', change({ patroni: { url: 'http://127.0.0.1:8008' } }), /Patroni/],
    [
      'a directory for CronJobs',
      { deploy: { kubernetes: { form: 'cronjobs', rolePassword: '${A}' } } },
      /directory/,
    ],
    ['no password', { ...cronjobs, deploy: { kubernetes: { form: 'cronjobs' } } }, /rolePassword/],
    [
      'a certificate that is nowhere',
      change({ repositories: { offsite: { ...s3, storage: { caFile: '/etc/ssl/ca.pem' } } } }),
      /caFile names \/etc\/ssl\/ca\.pem/,
    ],
  ])('refuses %s and says what to change', (_, keys, problem) => {
    expect(() => renderFiles('kubernetes', { ...sidecar, ...keys })).toThrow(problem);
  });
});

describe('the validator', () => {
  using directory = new RenderedDirectory(renderFiles('kubernetes', sidecar));
  const built = new Map(
    ['production', 'monitoring', 'restore'].map((name) => [name, directory.build(`overlays/${name}`)]),
  );
  const plant = (
    kind: string,
    overlay: string,
    path: readonly (string | number)[],
    value: unknown,
  ): readonly string[] => {
    const object = structuredClone(find(built.get(overlay) ?? [], kind));
    let holder = object as Record<string | number, unknown>;
    for (const part of path.slice(0, -1)) holder = holder[part] as Record<string | number, unknown>;
    holder[path.at(-1) as string] = value;
    return validateManifest(object);
  };

  it.each([
    ['StatefulSet', 'production', ['spce'], {}],
    ['StatefulSet', 'production', ['spec', 'replica'], 1],
    ['StatefulSet', 'production', ['spec', 'template', 'spec', 'restartPolcy'], 'Always'],
    ['StatefulSet', 'production', ['spec', 'template', 'spec', 'containers', 0, 'livenesProbe'], {}],
    [
      'StatefulSet',
      'production',
      ['spec', 'template', 'spec', 'containers', 0, 'livenessProbe', 'exec', 'cmd'],
      [],
    ],
    ['StatefulSet', 'production', ['spec', 'template', 'spec', 'volumes', 0, 'emptydir'], {}],
    ['StatefulSet', 'production', ['spec', 'volumeClaimTemplates', 0, 'spec', 'resources', 'request'], {}],
    ['Job', 'restore', ['spec', 'backofLimit'], 0],
    ['NetworkPolicy', 'production', ['spec', 'ingres'], []],
    ['PodDisruptionBudget', 'production', ['spec', 'minAvaliable'], 1],
    ['PodMonitor', 'monitoring', ['spec', 'podMetricsEndpoints', 0, 'intervall'], '1m'],
    [
      'PodMonitor',
      'monitoring',
      ['spec', 'podMetricsEndpoints', 0, 'authorization', 'credentials', 'keys'],
      'a',
    ],
    ['PrometheusRule', 'monitoring', ['spec', 'groups', 0, 'rules', 0, 'expression'], 'up'],
  ])('finds a field that is not there: %s %s %j', (kind, overlay, path, value) => {
    expect(plant(kind, overlay, path, value).join()).toContain(`unknown field ${path.join('.')}`);
  });

  it.each([
    ['StatefulSet', 'production', ['spec', 'replicas'], 'one'],
    ['StatefulSet', 'production', ['spec', 'template', 'spec', 'containers', 0, 'image'], 1],
    ['Job', 'restore', ['spec', 'backoffLimit'], 'none'],
  ])('finds a value of another type: %s %s %j', (kind, overlay, path, value) => {
    expect(plant(kind, overlay, path, value)).not.toEqual([]);
  });
});

function twoStanzas(): object {
  const other = {
    postgres: { path: '/other/data', port: 5433 },
    repositories: { near: { type: 'posix', path: '/other/repository', retention: { full: 2 } } },
  };
  return { stanzas: { main_db: sidecar.stanzas.main_db, other } };
}

/** Keys put over those of the stanza. */
function change(keys: object): object {
  return { stanzas: { main_db: { ...sidecar.stanzas.main_db, ...keys } } };
}

interface PodView {
  readonly initContainers: readonly object[];
  readonly containers: readonly object[];
  readonly volumes: readonly Record<string, unknown>[];
}

function podsOf(object: KubernetesObject): readonly PodView[] {
  const spec = object['spec'] as
    | { template?: { spec: PodView }; jobTemplate?: { spec: { template: { spec: PodView } } } }
    | undefined;
  const pod = spec?.template?.spec ?? spec?.jobTemplate?.spec.template.spec;
  return pod === undefined ? [] : [pod];
}

/** ConfigMaps and Secrets that pods name and Kustomize did not make; people bring certificates. */
function dangling(objects: readonly KubernetesObject[]): readonly string[] {
  const made = new Set(
    objects
      .filter(({ kind }) => kind === 'ConfigMap' || kind === 'Secret')
      .map(({ metadata }) => metadata.name),
  );
  const named = objects.flatMap(podsOf).flatMap(({ volumes }) => volumes.flatMap(namesIn));
  return named.filter((name) => !made.has(name) && !/-pgbackrest-(?:server|client)$/.test(name));
}

function namesIn(volume: unknown): readonly string[] {
  if (typeof volume !== 'object' || volume === null) return [];
  return Object.entries(volume).flatMap(([key, value]) => {
    if (key === 'configMap' || key === 'secret') {
      const { name, secretName } = value as { name?: string; secretName?: string };
      return [name ?? secretName ?? ''];
    }
    return namesIn(value);
  });
}
