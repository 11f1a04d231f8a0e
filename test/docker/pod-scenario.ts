import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Sandbox } from '../support/sandbox.ts';
import { waitUntil } from '../support/wait-until.ts';
import { createComposeProject, testImages } from './compose-project.ts';
import { kubernetesBed, type KubernetesBed, uid } from './kubernetes-bed.ts';
import type { Pod } from './pod.ts';
import { sharedEngine } from './shared-engine.ts';

/** Data directory of the pods. */
export const data = '/var/lib/postgresql/17/main';

const psql = 'psql -XAtq -v ON_ERROR_STOP=1 -h /var/run/postgresql -d postgres -c'.split(' ');

/** A command that asks the server of a pod. */
export const sql = (text: string): readonly string[] => [...psql, text];

/** Memory that is enough for a test. */
export const smallPods = { databaseMemory: '512MiB', holdfastMemory: '512MiB' };

const near = { type: 'posix', path: '/repository/near', retention: { full: 2 } };

/** A stanza with two repositories, one of them encrypted. @param directory has the file of the passphrase */
export const podStanza = (directory: string): object => ({
  postgres: { path: data },
  repositories: {
    near,
    vault: {
      ...near,
      path: '/repository/vault',
      encryption: { passphrase: `file:${join(directory, 'passphrase')}` },
    },
  },
  schedule: { full: '0 2 * * 0', incr: '0 3 * * *', drill: '0 5 * * 6' },
});

/** Builds the image that `holdfast render compose` describes: the same one runs in pods. Gives its name. */
export async function buildPodImage(): Promise<string> {
  await using project = await createComposeProject(
    {
      stanzas: { main: { postgres: { path: data }, repositories: { near } } },
      deploy: {
        compose: { ...testImages, package: 'holdfast-0.1.0.tgz', uid, password: '${PASSWORD}' },
      },
    },
    { PASSWORD: 'nobody-connects-with-it' },
  );
  await project.compose(['build']);
  return (await project.compose(['config', '--images'])).split('\n')[0] ?? '';
}

/** A bed in a sandbox, with files `token`, `passphrase` and `role`; its containers are removed with the sandbox. */
export async function podBed(
  sandbox: Sandbox,
  name: string,
  image: string,
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

/** The pod of the database, until its probes say that it is ready. @param run another name for each start */
export async function startDatabase(bed: KubernetesBed, run: string): Promise<Pod> {
  const pod = await bed.databasePod('overlays/production', run);
  const failed = await pod.begin();
  if (failed !== undefined) throw new Error(`${failed.stdout}\n${failed.stderr}`);
  await pod.start();
  const { readinessProbe, livenessProbe } = pod.container('postgres');
  await waitUntil(
    'the server accepts connections',
    async () => {
      const result = await pod.exec('postgres', readinessProbe?.exec?.command ?? []);
      if (result.stderr.includes('is not running')) throw new Error(await pod.logs('postgres'));
      return result.code === 0;
    },
    { timeoutMs: 120_000 },
  );
  await pod.mustExec('postgres', livenessProbe?.exec?.command ?? []);
  return pod;
}

/** A Job or CronJob of an overlay, which must end well. Gives what it said. */
export async function mustRunJob(
  bed: KubernetesBed,
  overlay: string,
  name: string,
  change?: (word: string) => string,
): Promise<string> {
  const job = await bed.jobPod(overlay, name, name, change);
  expect(await job.begin()).toBeUndefined();
  const { code, stdout, stderr } = await job.runJob();
  await job.remove();
  expect({ code, said: code === 0 ? '' : stdout + stderr }).toEqual({ code: 0, said: '' });
  return stdout + stderr;
}
