import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { appendKnownRows, createKnownRows, readKnownRows } from '../support/data.ts';
import { createRepositoryPair, type RepositoryPair } from '../support/repository-pair.ts';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';
import { makeHostKeys, serveSsh } from '../support/sshd.ts';

/*
 * The repository on a host of its own, over SSH: real sshd, keys that start pgBackRest for one stanza and nothing else,
 * known hosts only. Everything in /etc/ssh of both hosts is what `holdfast render repository-host` made.
 */
let sandbox: Sandbox;
let bed: RepositoryPair;

beforeAll(async () => {
  sandbox = await createSandbox('ssh');
  bed = await createRepositoryPair({
    sandbox,
    transport: () => ({ ssh: { user: 'postgres', port: 2222 } }),
    keys: () => ({}),
  });
  const { here, hosts } = bed.pair;
  const keys: Record<string, object> = {};
  for (const host of hosts) keys[host.name] = { ...(await makeHostKeys(host, here)) };
  const file = parse(readFileSync(bed.file, 'utf8')) as Record<string, unknown>;
  const repositoryHost = { keys, identityFile: `${here}/ssh/id_ed25519`, gate: `${here}/pgbackrest-gate` };
  sandbox.write('holdfast.yaml', stringify({ ...file, deploy: { repositoryHost } }), 0o644);
  for (const host of hosts) {
    await bed.deploy(host);
    await serveSsh(host, here, sandbox.file(`out-${host.name}`, 'etc/ssh'));
  }
  await bed.startCluster();
});
afterAll(async () => {
  await bed?.cluster.stop('immediate');
  await sandbox?.[Symbol.asyncDispose]();
});

describe('a repository host over SSH', () => {
  it('archives, checks, backs up and restores', async () => {
    await bed.mustEngine(bed.repo, 'stanza-create');
    await createKnownRows(bed.cluster, 50);
    await bed.mustEngine(bed.pg1, 'check');
    await bed.mustEngine(bed.repo, 'check');
    const backup = await bed.repo.holdfast('backup', '--type', 'full', '--json', '--direct');
    expect(backup.code, backup.stdout + backup.stderr).toBe(0);
    const before = await appendKnownRows(bed.cluster, 7);
    await bed.mustEngine(bed.pg1, 'check');
    const { binaries, dataDirectory } = bed.cluster;
    const stop = ['stop', '-D', dataDirectory, '-m', 'fast', '-w'];
    await bed.pg1.mustRun(`${binaries.directory}/pg_ctl`, stop);
    const restored = await bed.pg1.holdfast('restore', '--yes', '--json', '--to', 'latest');
    expect(restored.code, restored.stdout + restored.stderr).toBe(0);
    expect(await readKnownRows(bed.cluster)).toEqual(before);
  });

  it.each([
    ['a shell', [], /this key is for pgBackRest only/],
    ['another program', ['id'], /only the remote side of pgBackRest/],
    [
      'a command behind another',
      ['pgbackrest', '--stanza=main', 'info:remote;', 'id'],
      /a character that pgBackRest/,
    ],
    ['a substitution', ['pgbackrest', '--stanza=$(id)', 'backup:remote'], /a character that pgBackRest/],
    ['the whole of pgBackRest', ['pgbackrest', '--stanza=main', 'stanza-delete'], /only the remote side/],
    [
      'deleting a stanza',
      ['pgbackrest', '--stanza=main', 'stanza-delete:remote'],
      /deleted where its repository/,
    ],
    ['another stanza', ['pgbackrest', '--stanza=other', 'backup:remote'], /not for that stanza/],
  ])('does not give %s to whoever has the key', async (_, words, said) => {
    const { code, stderr } = await bed.pg1.run('ssh', ['-p', '2222', 'postgres@repo', ...words]);
    expect([code, stderr]).toEqual([126, expect.stringMatching(said)]);
  });

  it('connects to no host that it does not know, and says which', async () => {
    await bed.pg1.mustRun('sed', ['-i', 's/ AAAA/ AAAB/', '/etc/ssh/holdfast_known_hosts'], { as: 'root' });
    const { code, stdout, stderr } = await bed.engine(bed.pg1, 'check');
    expect(code).not.toBe(0);
    expect(stdout + stderr).toMatch(/Host key verification failed|No ED25519 host key is known/);
  });
});
