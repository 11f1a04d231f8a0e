import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeCertificates } from '../support/certificates.ts';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';
import { waitUntil } from '../support/wait-until.ts';
import { buildPodImage, kubernetesBed, type KubernetesBed } from './kubernetes-bed.ts';
import type { Pod } from './pod.ts';
import { sharedEngine } from './shared-engine.ts';

const image = 'holdfast-test/pod';
const data = '/var/lib/postgresql/17/main';
const psql = 'psql -XAtq -v ON_ERROR_STOP=1 -h /var/run/postgresql -d postgres -c'.split(' ');
const sql = (text: string): readonly string[] => [...psql, text];

async function waitUntilReady(pod: Pod): Promise<void> {
  const { readinessProbe, livenessProbe } = pod.container('postgres');
  await waitUntil('the server accepts connections', async () => {
    const result = await pod.exec('postgres', readinessProbe?.exec.command ?? []);
    if (result.stderr.includes('is not running')) throw new Error(await pod.logs('postgres'));
    return result.code === 0;
  });
  await pod.mustExec('postgres', livenessProbe?.exec?.command ?? []);
}

/** Setup takes a full backup into both repositories once the server is there. */
async function waitForBackups(pod: Pod): Promise<void> {
  try {
    await waitUntil(
      'setup took the first backup into both repositories',
      async () => {
        const { stdout } = await pod.exec('holdfast', ['holdfast', 'info', '--json']);
        return (stdout.match(/"label":/g) ?? []).length >= 2;
      },
      { timeoutMs: 180_000, everyMs: 2000 },
    );
  } catch (error) {
    throw new Error(`${String(error)}\n${await pod.logs('holdfast')}\n${await pod.logs('postgres')}`, {
      cause: error,
    });
  }
}

/** Of a sandbox with everything that a pod needs, removed with the containers. */
async function withBed(
  sandbox: Sandbox,
  name: string,
  keys: (directory: string) => object,
): Promise<KubernetesBed> {
  const { docker } = sharedEngine();
  sandbox.defer(async () => {
    const ids = await docker.mustRun(['ps', '--all', '--quiet', '--filter', `name=^${name}-`]);
    const list = ids.split('\n').filter((id) => id !== '');
    if (list.length > 0) await docker.mustRun(['rm', '--force', ...list]);
    await docker.run(['network', 'rm', `${name}-pods`]);
  });
  for (const secret of ['token', 'passphrase', 'role'])
    writeFileSync(sandbox.file(secret), `${secret}-of-the-test-1234567890\n`);
  return kubernetesBed(name, sandbox.path, image, keys(sandbox.path));
}

const stanza = (directory: string): object => ({
  postgres: { path: data },
  repositories: {
    near: { type: 'posix', path: '/repository/near', retention: { full: 2 } },
    vault: {
      type: 'posix',
      path: '/repository/vault',
      retention: { full: 2 },
      encryption: { passphrase: `file:${join(directory, 'passphrase')}` },
    },
  },
  schedule: { full: '0 2 * * 0', incr: '0 3 * * *', drill: '0 5 * * 6' },
});

const small = { databaseMemory: '512MiB', holdfastMemory: '512MiB' };

beforeAll(async () => {
  await using sandbox = await createSandbox('podimage');
  await buildPodImage(sandbox.path, image);
});

describe('a pod with Holdfast beside the server', () => {
  it('archives, backs up, is restored by a Job and drilled by another', async () => {
    await using sandbox = await createSandbox('pods');
    const bed = await withBed(sandbox, 'hfk-side', (directory) => ({
      stanzas: { main: stanza(directory) },
      server: { token: `file:${join(directory, 'token')}` },
      deploy: {
        kubernetes: {
          image,
          resources: small,
          storage: { repositoryAccess: 'ReadWriteMany' },
        },
      },
    }));
    const pod = await bed.databasePod('overlays/production', 'one');
    expect((await pod.begin())?.stderr).toBeUndefined();
    await pod.start();
    await waitUntilReady(pod);

    await waitForBackups(pod);
    const ask = async (path: string, token = ''): Promise<string> =>
      pod.mustExec('holdfast', [
        'node',
        '-e',
        `fetch('http://127.0.0.1:7432${path}', { headers: ${token === '' ? '{}' : `{ authorization: 'Bearer ${token}' }`} }).then((r) => console.log(r.status))`,
      ]);
    expect([await ask('/live'), await ask('/metrics')]).toEqual(['200', '401']);
    expect(await ask('/metrics', 'token-of-the-test-1234567890')).toBe('200');

    // Files, owners, modes, directories, arrival of WAL: everything that check looks at.
    const check = await pod.exec('holdfast', ['holdfast', 'check', '--json']);
    expect({ code: check.code, findings: JSON.parse(check.stdout).findings }).toEqual({
      code: 0,
      findings: [],
    });

    await pod.mustExec(
      'postgres',
      sql('CREATE TABLE kept (id int); INSERT INTO kept SELECT generate_series(1, 1000)'),
    );
    await pod.mustExec('holdfast', ['holdfast', 'backup', '--type', 'incr', '--yes']);
    await pod.mustExec('postgres', sql('INSERT INTO kept VALUES (1001); SELECT pg_switch_wal()'));

    // A restore in the place of the running server is refused before anything is stopped.
    const refused = await pod.exec('holdfast', ['holdfast', 'restore', '--to', 'latest', '--yes']);
    expect(refused.code).toBeGreaterThanOrEqual(64);
    expect(await pod.mustExec('postgres', sql('SELECT count(*) FROM kept'))).toBe('1001');
    const early = await bed.jobPod('overlays/restore', 'main-restore', 'early');
    expect(await early.begin()).toBeUndefined();
    const locked = await early.runJob();
    expect([locked.code, locked.stderr]).toEqual([86, expect.stringContaining('a server uses this volume')]);
    await early.remove();

    await pod.stop();
    const restore = await bed.jobPod('overlays/restore', 'main-restore', 'restore');
    expect(await restore.begin()).toBeUndefined();
    const restored = await restore.runJob();
    expect({
      code: restored.code,
      output: restored.code === 0 ? '' : restored.stdout + restored.stderr,
    }).toEqual({
      code: 0,
      output: '',
    });
    await restore.remove();

    const again = await bed.databasePod('overlays/production', 'two');
    expect((await again.begin())?.stderr).toBeUndefined();
    await again.start();
    await waitUntilReady(again);
    expect(await again.mustExec('postgres', sql('SELECT count(*), pg_is_in_recovery() FROM kept'))).toBe(
      '1001|f',
    );

    const drill = await bed.jobPod('overlays/drill', 'main-drill', 'drill');
    expect(await drill.begin()).toBeUndefined();
    const drilled = await drill.runJob();
    expect(drilled.stdout + drilled.stderr).toContain('passed');
    expect(drilled.code).toBeLessThan(2);
    await drill.remove();

    // The node is lost: what a killed server leaves keeps nobody from starting, though its pid may be another's.
    await again.remove();
    const third = await bed.databasePod('overlays/production', 'three');
    expect((await third.begin())?.stderr).toBeUndefined();
    await third.start();
    await waitUntilReady(third);
    expect(await third.mustExec('postgres', sql('SELECT count(*) FROM kept'))).toBe('1001');
    await third.stop();
  });

  it('makes no empty server in place of one that has backups', async () => {
    await using sandbox = await createSandbox('podempty');
    const bed = await withBed(sandbox, 'hfk-empty', (directory) => ({
      stanzas: { main: stanza(directory) },
      server: { token: `file:${join(directory, 'token')}` },
      deploy: { kubernetes: { image, resources: small } },
    }));
    const pod = await bed.databasePod('overlays/production', 'one');
    expect((await pod.begin())?.stderr).toBeUndefined();
    await pod.start();
    await waitUntilReady(pod);
    await waitForBackups(pod);
    await pod.stop();
    rmSync(bed.claim('data-main-0'), { recursive: true });
    const lost = await bed.databasePod('overlays/production', 'two');
    const failed = await lost.begin();
    expect(failed?.code).toBe(1);
    expect(failed?.stderr).toContain('a repository has backups of main: restore them');
    await lost.remove();

    const restore = await bed.jobPod('overlays/restore', 'main-restore', 'restore');
    expect(await restore.begin()).toBeUndefined();
    const restored = await restore.runJob();
    expect({
      code: restored.code,
      output: restored.code === 0 ? '' : restored.stdout + restored.stderr,
    }).toEqual({
      code: 0,
      output: '',
    });
    await restore.remove();
    const again = await bed.databasePod('overlays/production', 'three');
    expect((await again.begin())?.stderr).toBeUndefined();
    await again.start();
    await waitUntilReady(again);
    await again.stop();
  });
});

describe('a pod that CronJobs back up', () => {
  it("is reached over pgBackRest's TLS protocol, and holds their lease", async () => {
    await using sandbox = await createSandbox('podjobs');
    const bed = await withBed(sandbox, 'hfk-jobs', (directory) => ({
      stanzas: { main: stanza(directory) },
      deploy: {
        kubernetes: {
          image,
          form: 'cronjobs',
          resources: small,
          storage: { repositoryAccess: 'ReadWriteMany' },
          rolePassword: `file:${join(directory, 'role')}`,
        },
      },
    }));
    const server = makeCertificates(sandbox.directory('server'), 'main-0.main-headless.postgres.svc');
    bed.addSecret('main-pgbackrest-server', {
      'tls.crt': server.certificate,
      'tls.key': server.key,
      'ca.crt': readFileSync(server.caFile, 'utf8'),
    });
    const client = signedBy(sandbox.file('server'), 'holdfast');
    bed.addSecret('main-pgbackrest-client', { ...client, 'ca.crt': readFileSync(server.caFile, 'utf8') });

    const pod = await bed.databasePod('overlays/production', 'one');
    expect((await pod.begin())?.stderr).toBeUndefined();
    await pod.start();
    await waitUntilReady(pod);
    await waitUntil('the stanza is there', async () => {
      const log = await pod.logs('pgbackrest-server');
      if (/ended with|could not/.test(log)) throw new Error(log);
      return log.includes('the stanza is in every repository');
    });
    await pod.mustExec('postgres', sql('CREATE TABLE kept AS SELECT generate_series(1, 1000) id'));
    for (const name of ['main-full', 'main-incr']) {
      const job = await bed.jobPod('overlays/production', name, name);
      expect(await job.begin()).toBeUndefined();
      const result = await job.runJob();
      expect({ code: result.code, output: result.code === 0 ? '' : result.stdout + result.stderr }).toEqual({
        code: 0,
        output: '',
      });
      await job.remove();
    }
    const info = await pod.mustExec('pgbackrest-server', [
      'pgbackrest',
      '--stanza=main',
      'info',
      '--output=json',
    ]);
    const types = (JSON.parse(info) as { backup: { type: string }[] }[]).flatMap(({ backup }) =>
      backup.map(({ type }) => type),
    );
    expect(types.toSorted()).toEqual(['full', 'full', 'incr', 'incr']);

    // A client of another name is not let in, whoever signed it.
    const stranger = signedBy(sandbox.file('server'), 'stranger');
    bed.addSecret('main-pgbackrest-client', { ...stranger, 'ca.crt': readFileSync(server.caFile, 'utf8') });
    const other = await bed.jobPod('overlays/production', 'main-full', 'stranger');
    expect(await other.begin()).toBeUndefined();
    const refused = await other.runJob();
    expect(refused.code).toBeGreaterThanOrEqual(2);
    expect(refused.stdout + refused.stderr).toContain('access denied');
    await other.remove();

    const drill = await bed.jobPod('overlays/production', 'main-drill', 'drill');
    expect(await drill.begin()).toBeUndefined();
    const drilled = await drill.runJob();
    expect({
      code: drilled.code,
      output: (drilled.code ?? 99) < 2 ? '' : drilled.stdout + drilled.stderr,
    }).toEqual({
      code: expect.any(Number),
      output: '',
    });
    await drill.remove();

    await pod.stop();
    const restore = await bed.jobPod('overlays/restore', 'main-restore', 'restore');
    expect(await restore.begin()).toBeUndefined();
    const restored = await restore.runJob();
    expect({
      code: restored.code,
      output: restored.code === 0 ? '' : restored.stdout + restored.stderr,
    }).toEqual({
      code: 0,
      output: '',
    });
    await restore.remove();
    const again = await bed.databasePod('overlays/production', 'two');
    expect((await again.begin())?.stderr).toBeUndefined();
    await again.start();
    await waitUntilReady(again);
    expect(await again.mustExec('postgres', sql('SELECT count(*) FROM kept'))).toBe('1000');
    await again.stop();
  });
});

/** A client's key and certificate of the authority that `makeCertificates` made in a directory. */
function signedBy(
  directory: string,
  name: string,
): { readonly 'tls.crt': string; readonly 'tls.key': string } {
  const run = (...args: readonly string[]): void =>
    void execFileSync('openssl', args, { cwd: directory, stdio: 'pipe' });
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  run('req', ...curve, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name}`);
  const signer = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2'];
  run('x509', '-req', '-in', `${name}.csr`, '-out', `${name}.crt`, ...signer);
  const read = (file: string): string => readFileSync(join(directory, file), 'utf8');
  return { 'tls.crt': read(`${name}.crt`), 'tls.key': read(`${name}.key`) };
}
