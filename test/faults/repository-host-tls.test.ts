import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { issueCertificate } from '../../src/certificates/issue-certificates.ts';
import { standardPath } from '../../src/process/os-user.ts';
import { appendKnownRows, createKnownRows, readKnownRows } from '../support/data.ts';
import { mustRunHoldfast } from '../support/holdfast.ts';
import type { PairHost } from '../support/host-pair.ts';
import { createTlsPair } from '../support/repository-pair.ts';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';

/*
 * Two hosts with names, networks and files of their own: the server on one, its repository on the other, pgBackRest's TLS
 * between them. Everything on them is what `holdfast render repository-host` and `holdfast certificates` made.
 */
let sandbox: Sandbox;
let bed: Awaited<ReturnType<typeof createTlsPair>>;

beforeAll(async () => {
  sandbox = await createSandbox('tls');
  bed = await createTlsPair(sandbox);
  await bed.mustEngine(bed.repo, 'stanza-create');
  await createKnownRows(bed.cluster, 50);
});
afterAll(async () => {
  // The server first: it would wait for an archive that is gone.
  await bed?.cluster.stop('immediate');
  await sandbox?.[Symbol.asyncDispose]();
});

async function setsSeenBy(host: PairHost): Promise<readonly string[]> {
  const { stdout } = await bed.mustEngine(host, '--output=json', 'info');
  const [stanza] = JSON.parse(stdout) as { backup: { label: string }[] }[];
  return stanza?.backup.map(({ label }) => label) ?? [];
}

/** What pg1 is told when it asks the repository for a segment. */
async function refusal(): Promise<string> {
  const words = ['archive-get', '000000010000000000000001', `${bed.pair.here}/spool/segment`];
  const { code, stdout, stderr } = await bed.engine(bed.pg1, ...words);
  expect(code).not.toBe(0);
  return stdout + stderr;
}

/** Puts a certificate into place without asking anybody. */
async function force(folder: string): Promise<void> {
  for (const name of ['host.crt', 'host.key']) {
    cpSync(join(folder, name), join(bed.pg1.folder, 'tls', name));
    await bed.pg1.mustRun('chown', ['postgres', `${bed.pair.here}/tls/${name}`], { as: 'root' });
  }
}

describe('a repository host over TLS', () => {
  it('archives and checks from both sides, and is backed up where the repository lies', async () => {
    await bed.mustEngine(bed.pg1, 'check');
    await bed.mustEngine(bed.repo, 'check');
    const backup = await bed.repo.holdfast('backup', '--type', 'full', '--json', '--direct');
    expect(backup.code, backup.stdout + backup.stderr).toBe(0);
    const seen = await setsSeenBy(bed.repo);
    expect(seen).toHaveLength(1);
    expect(await setsSeenBy(bed.pg1)).toEqual(seen);
    const info = await bed.pg1.holdfast('info', '--json');
    expect(info.stdout).toContain(seen[0]);
  });

  it('refuses a host with another name, and says so', async () => {
    const create = ['certificates', 'create', '--directory', bed.store, '--host', 'stranger'];
    await mustRunHoldfast(create);
    await force(join(bed.store, 'hosts/stranger'));
    expect(await refusal()).toMatch(/access denied/);
    await bed.install(bed.pg1);
    await bed.mustEngine(bed.pg1, 'check');
  });

  it('refuses a certificate that has expired: it is a finding, and never installed', async () => {
    const old = sandbox.file('old-store');
    cpSync(bed.store, old, { recursive: true, verbatimSymlinks: true });
    const user = { name: 'root', uid: 0 };
    const now = Date.now() - 40 * 86_400_000;
    await issueCertificate('pg1', 39, { directory: old, openssl: { path: standardPath }, now, user });
    cpSync(join(old, 'hosts/pg1'), join(bed.pg1.folder, 'sent'), { recursive: true, dereference: true });
    const install = await bed.pg1.holdfast('certificates', 'install', `${bed.pair.here}/sent`);
    expect([install.code, install.stderr]).toEqual([97, expect.stringContaining('the certificate ended at')]);
    // As it is when nobody looked: it was put there in its day.
    await force(join(old, 'hosts/pg1'));
    await refusal();
    const check = await bed.pg1.holdfast('certificates', 'check', '--json');
    expect(check.code).toBe(2);
    expect(check.stdout).toContain('certificate-expires');
    await bed.install(bed.pg1);
    await bed.mustEngine(bed.pg1, 'check');
  });

  it('restores on the host of the server, over the same way', async () => {
    const before = await appendKnownRows(bed.cluster, 7);
    await bed.mustEngine(bed.pg1, 'check');
    const { binaries, dataDirectory } = bed.cluster;
    const stop = ['stop', '-D', dataDirectory, '-m', 'fast', '-w'];
    await bed.pg1.mustRun(`${binaries.directory}/pg_ctl`, stop);
    const restored = await bed.pg1.holdfast('restore', '--yes', '--json', '--to', 'latest');
    expect(restored.code, restored.stdout + restored.stderr).toBe(0);
    expect(await readKnownRows(bed.cluster)).toEqual(before);
  });
});
