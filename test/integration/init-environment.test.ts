import { existsSync, readFileSync, statSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseDocument } from 'yaml';
import { probeRendered } from '../../src/cli/init/probe-rendered.ts';
import { parseEngineVersion } from '../../src/model/engine-version.ts';
import { createCluster, type TestCluster } from '../support/cluster.ts';
import { engineUnderTest, engineVersionUnderTest } from '../support/engines.ts';
import { mustRunHoldfast, runHoldfast } from '../support/holdfast.ts';

/** From what people have to a cluster that is backed up, only by the command line. */
let cluster: TestCluster;
const path = (...names: string[]): string => cluster.sandbox.file(...names);

beforeAll(async () => {
  cluster = await createCluster({ name: 'initenv', walSegmentMegabytes: 1 });
});
afterAll(async () => {
  await cluster[Symbol.asyncDispose]();
});

/** What a host has in /etc and /var stands in the sandbox: edited, as a person would. */
function stayInSandbox(file: string, name: string, repository?: { stanza: string; name: string }): void {
  const document = parseDocument(readFileSync(file, 'utf8'));
  const settings = {
    binary: engineUnderTest(),
    configFile: path(name, 'etc/pgbackrest.conf'),
    includeDirectory: path(name, 'etc/conf.d'),
    logDirectory: path(name, 'log'),
    lockDirectory: path(name, 'lock'),
    spoolDirectory: path(name, 'spool'),
  };
  document.set('engine', { ...(document.toJS() as { engine?: object }).engine, ...settings });
  document.set('state', { directory: path(name, 'state') });
  if (repository !== undefined)
    document.setIn(
      ['stanzas', repository.stanza, 'repositories', repository.name, 'path'],
      path(name, 'repo'),
    );
  cluster.sandbox.write(file, document.toString(), 0o644);
}

interface InitDocument {
  readonly file: string;
  readonly notes: readonly { readonly kind: string; readonly what: string }[];
}

describe('init from the variables of the setup service', () => {
  it('writes a configuration that sets up, backs up and plans a restore', async () => {
    const variables = cluster.sandbox.write(
      'old.env',
      `SETUP_BACKUP=true\r
export PGBACKREST_REPO1_TYPE=posix\r
PGBACKREST_REPO1_PATH="${path('setup/repo')}"  # For posix type\r
BACKUP_SCHEDULE_FULL="0 2 * * 0"\r
BACKUP_RETENTION_FULL=7\r
BACKUP_RETENTION_DIFF=3\r
BACKUP_CPU_LIMIT=0.5\r
BACKUP_WEBHOOK_URL=https://hooks.example.net/a/secret-path\r
POSTGRES_PASSWORD=of-another-program\r
`,
    );
    const result = await runHoldfast([
      'init',
      '--from-env',
      variables,
      '--path',
      cluster.dataDirectory,
      '--output',
      path('setup/holdfast'),
      '--json',
    ]);
    const document = result.json<InitDocument>();
    expect(document).toMatchObject({ ok: true, exitCode: 0, file: path('setup/holdfast/holdfast.yaml') });
    expect(result.stdout).not.toMatch(/secret-path|of-another-program/);
    expect(document.notes).toContainEqual(
      expect.objectContaining({ kind: 'corrected', what: 'BACKUP_SCHEDULE_DIFF' }),
    );
    const environment = path('setup/holdfast/.env');
    expect(statSync(environment).mode & 0o777).toBe(0o600);
    expect(statSync(environment).uid).toBe(cluster.sandbox.owner.uid);
    expect(readFileSync(environment, 'utf8')).toContain(
      'HOLDFAST_WEBHOOK_URL=https://hooks.example.net/a/secret-path',
    );
    expect(readFileSync(document.file, 'utf8')).not.toContain('secret-path');
    stayInSandbox(document.file, 'setup');
    const call = ['--config', document.file];
    expect((await mustRunHoldfast([...call, 'config', '--check'])).stdout).toContain('no problems');
    await mustRunHoldfast([...call, 'setup', '--yes', '--restart']);
    await mustRunHoldfast([...call, 'backup', '--type', 'diff']);
    const plan = await mustRunHoldfast([...call, 'restore', '--to', 'latest', '--plan', '--json']);
    expect(plan.json()).toMatchObject({ plan: { stanza: 'salespider', set: { type: 'diff' } } });
  });

  it.each([
    [
      'pigsty-supabase',
      'pg-meta',
      'PGBACKREST_ENABLED=true\nPGBACKREST_METHOD=local\nPGBACKREST_LOCAL_RETENTION_FULL=2\n',
    ],
    [
      'compose-scheduler',
      'shop',
      'PGBACKREST_STANZA=shop\nBACKUP_SCHEDULE_FULL="0 2 * * 0"\nRETENTION_DAYS=30\n',
    ],
    [
      'kubernetes-compose-vm',
      'mcpgov',
      'PGBACKREST_REPO1_RETENTION_FULL=4\nPGBACKREST_REPO1_RETENTION_ARCHIVE=14\n',
    ],
  ])('does so from those of %s with a directory', async (integration, stanza, variables) => {
    const output = path(integration, 'holdfast');
    const words = ['init', '--from-env', '-', '--integration', integration, '--path', cluster.dataDirectory];
    await mustRunHoldfast([...words, '--output', output], { input: variables });
    const file = `${output}/holdfast.yaml`;
    stayInSandbox(file, integration, { stanza, name: 'local' });
    const call = ['--config', file];
    await mustRunHoldfast([...call, 'setup', '--yes', '--restart', '--replace-archive-command']);
    await mustRunHoldfast([...call, 'backup']);
    const plan = await mustRunHoldfast([...call, 'restore', '--to', 'latest', '--plan', '--json']);
    expect(plan.json()).toMatchObject({ plan: { stanza, set: { type: 'incr' } } });
  });

  it('writes nothing where a provider makes the backups, and says so with exit code 1', async () => {
    const output = path('hosted');
    const variables = cluster.sandbox.write(
      'hosted.env',
      'SETUP_BACKUP=false\nPGBACKREST_REPO1_TYPE=none\nDATABASE_URL=postgres://me:hunter2@ep-1.eu.aws.neon.tech/db\n',
    );
    const result = await runHoldfast(['init', '--from-env', variables, '--output', output, '--json']);
    expect(result.json()).toMatchObject({
      ok: true,
      exitCode: 1,
      written: [],
      hosted: {
        provider: 'Neon',
        host: 'ep-1.eu.aws.neon.tech',
        documentation: expect.stringContaining('https://'),
      },
    });
    expect(result.stdout).not.toContain('hunter2');
    expect(existsSync(output)).toBe(false);
  });

  it('says so too when the environment alone names such a database', async () => {
    const env = { PGHOST: 'shop.abc.eu-west-1.rds.amazonaws.com' };
    const result = await runHoldfast(['init'], { env });
    expect(result.code).toBe(1);
    expect(result.stdout).toContain('Amazon RDS and Aurora makes the backups');
  });

  it('ends with every problem and writes nothing when a value cannot be used', async () => {
    const output = path('broken');
    const result = await runHoldfast(['init', '--from-env', '-', '--output', output, '--json'], {
      input: 'PGBACKREST_REPO1_TYPE=ftp\nBACKUP_RETENTION_FULL=many\n',
    });
    expect(result.code).toBe(66);
    expect(result.json()).toMatchObject({
      ok: false,
      error: {
        details: { problems: [{ path: 'PGBACKREST_REPO1_TYPE' }, { path: 'BACKUP_RETENTION_FULL' }] },
      },
    });
    expect(existsSync(output)).toBe(false);
  });
});

/** What each integration has in its file, with invented values. */
const environments: Readonly<Record<string, string>> = {
  'pigsty-supabase': `PGBACKREST_ENABLED=true
PGBACKREST_METHOD=s3
PGBACKREST_S3_BUCKET=shop-storage
PGBACKREST_S3_ENDPOINT=https://s3.us-east-005.backblazeb2.com
PGBACKREST_S3_REGION=us-east-005
PGBACKREST_S3_ACCESS_KEY=invented-id
PGBACKREST_S3_SECRET_KEY=invented-secret
PGBACKREST_CIPHER_PASS=invented-for-the-test-5520913
PGBACKREST_RETENTION_FULL=14
PGBACKREST_LOCAL_ENABLED=true
PGBACKREST_LOCAL_RETENTION_FULL=2
`,
  'compose-scheduler': `POSTGRES_PASSWORD=invented
PGBACKREST_STANZA=main
BACKUP_SCHEDULE_FULL="0 2 * * 0"      # Weekly full
BACKUP_SCHEDULE_DIFF="0 2 * * 1-6"    # Daily diff
BACKUP_SCHEDULE_INCR="0 */6 * * *"    # 6-hourly incremental
RETENTION_DAYS=30
`,
  'kubernetes-compose-vm': `AWS_ACCESS_KEY_ID=invented-id
AWS_SECRET_ACCESS_KEY=invented-secret
PGBACKREST_REPO1_TYPE=s3
PGBACKREST_REPO1_S3_BUCKET=gov-backups
PGBACKREST_REPO1_S3_REGION=us-east-1
PGBACKREST_REPO1_S3_ENDPOINT=s3.amazonaws.com
PGBACKREST_REPO1_S3_KEY=\${AWS_ACCESS_KEY_ID}
PGBACKREST_REPO1_S3_KEY_SECRET=\${AWS_SECRET_ACCESS_KEY}
`,
  'patroni-ansible': `# pgBackRest S3 configuration
vault_pgbackrest_s3_bucket: "proposalsapp-db-backups"
vault_pgbackrest_s3_endpoint: "s3.us-west-004.backblazeb2.com"
vault_pgbackrest_s3_region: "us-west-004"
vault_pgbackrest_s3_key: "invented-id"
vault_pgbackrest_s3_secret: "invented-secret"
vault_pgbackrest_cipher_pass: "invented-for-the-test-7719034"
`,
  'setup-service': `SETUP_BACKUP=true
PGBACKREST_REPO1_TYPE=azure
AZURE_STORAGE_ACCOUNT=inventedaccount
AZURE_STORAGE_KEY=aW52ZW50ZWQ=
AZURE_STORAGE_CONTAINER=backups
BACKUP_RETENTION_FULL=7
BACKUP_RETENTION_DIFF=3
BACKUP_MEMORY_LIMIT=512M
`,
};

describe('init from the variables of each integration', () => {
  it.each(Object.keys(environments))(
    '%s ends in files that the engine takes for every command',
    async (name) => {
      const output = path('each', name);
      const result = await runHoldfast(['init', '--from-env', '-', '--output', output, '--json'], {
        input: environments[name] ?? '',
      });
      expect(result.stderr).toBe('');
      // The engine that is installed has read it; without one there would be no version.
      expect(result.json()).toMatchObject({ ok: true, integration: name, engineVersion: expect.any(String) });
      const file = `${output}/holdfast.yaml`;
      expect((await runHoldfast(['config', '--check', '--config', file])).code).toBe(0);
      for (const version of ['2.45', '2.60']) {
        const call = [
          'render',
          'pgbackrest',
          '--config',
          file,
          '--engine',
          version,
          '--out',
          path('each', version, name),
        ];
        expect((await runHoldfast(call)).code).toBe(0);
      }
      expect(result.stdout + readFileSync(file, 'utf8')).not.toMatch(/invented-(?:secret|for)|aW52/);
    },
  );

  it('writes nothing when the engine refuses a command', async () => {
    const { binary, runAs } = { binary: engineUnderTest(), runAs: cluster.sandbox.runAs };
    const version = parseEngineVersion(engineVersionUnderTest());
    if (version === undefined) throw new Error('no version');
    const probe = (retention: string): Promise<void> =>
      probeRendered(
        { binary, runAs, version },
        [
          {
            path: '/c.conf',
            content: `[global]\nrepo1-path=/r\nrepo1-retention-full=${retention}\n[main]\npg1-path=/d\n`,
          },
        ],
        ['main'],
      );
    await expect(probe('2')).resolves.toBeUndefined();
    await expect(probe('two')).rejects.toMatchObject({
      kind: 'engine-configuration',
      place: 'stanza main, command backup',
      problem: expect.stringContaining('[032]'),
    });
  });
});
