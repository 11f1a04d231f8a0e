import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';
import {
  createAnsibleProject,
  packHoldfast,
  type AnsibleProject,
  type PlaybookResult,
} from './ansible-project.ts';
import type { Machine } from './machine.ts';
import { createPatroniMachines, dataDirectory, type PatroniMachines } from './patroni-machines.ts';

/*
 * Three machines with a Patroni cluster that nobody backs up, and the project that was rendered for them, from the first
 * run to a recovery of all of it. The tests build on each other, as the playbooks do.
 */
let sandbox: Sandbox;
let cluster: PatroniMachines;
let project: AnsibleProject;
const names = ['db1', 'db2', 'db3'];

beforeAll(async () => {
  sandbox = await createSandbox('ansible', { graceMs: 10_000 });
  cluster = await createPatroniMachines(sandbox, names);
  const archives = packHoldfast(sandbox.directory('archives', 0o755));
  const configuration = {
    stanzas: {
      main: {
        postgres: names.map((host) => ({ path: dataDirectory, host })),
        patroni: { url: 'http://127.0.0.1:8008', config: '/etc/patroni/config.yml' },
        repositories: {
          local: {
            type: 'posix',
            path: '/srv/backups',
            encryption: { passphrase: '${CIPHER}' },
            retention: { full: 2 },
          },
        },
        schedule: { timezone: 'UTC', full: '0 2 * * 0', incr: '0 2 * * 1-6' },
        objectives: { rpo: '1m' },
      },
    },
    deploy: {
      engineVersion: '2.45',
      postgresVersion: 15,
      ansible: { package: archives.package, node: archives.node },
    },
  };
  const file = sandbox.write('holdfast.yaml', stringify(configuration), 0o644);
  const access = { network: cluster.network, machines: cluster.machines };
  project = await createAnsibleProject(sandbox.directory('ansible', 0o755), file, access, {
    vault_holdfast_cipher: 'a passphrase of tests with enough in it',
  });
});
afterAll(async () => {
  await sandbox?.[Symbol.asyncDispose]();
});

const changedOf = ({ recap }: PlaybookResult): Record<string, number | undefined> =>
  Object.fromEntries(names.map((name) => [name, recap[name]?.['changed']]));

describe('the first run', () => {
  it('is clean to ansible-lint', async () => {
    const { code, output } = await project.lint();
    expect(code, output).toBe(0);
  });

  it('stops without consent before PostgreSQL is restarted, and takes no backup', async () => {
    const result = await project.play('site.yml');
    expect(result.code).not.toBe(0);
    expect(result.output).toContain('patroni_restart_consent=true');
  });
});
export type { Machine };
