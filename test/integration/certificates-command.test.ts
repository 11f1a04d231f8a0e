import { createPrivateKey, X509Certificate } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { issueCertificate } from '../../src/certificates/issue-certificates.ts';
import { standardPath } from '../../src/process/os-user.ts';
import { mustRunHoldfast, runHoldfast, type HoldfastResult } from '../support/holdfast.ts';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';

/** Certificates of two hosts, made, rotated and installed by the command; openssl is the judge. */
let sandbox: Sandbox;
let file: string;
let store: string;
const tls = (name: string): string => sandbox.file('tls', name);
const run = (...args: string[]): Promise<HoldfastResult> =>
  runHoldfast(['--config', file, 'certificates', ...args]);
const mustRun = (...args: string[]): Promise<HoldfastResult> =>
  mustRunHoldfast(['--config', file, 'certificates', ...args]);
const kept = (action: string, ...args: string[]): Promise<HoldfastResult> =>
  mustRun(action, '--directory', store, ...args);
const certificateOf = (host: string): X509Certificate =>
  new X509Certificate(readFileSync(join(store, 'hosts', host, 'host.crt')));

/** What openssl thinks of a host's files for a server and for a client. */
function verify(host: string): void {
  for (const purpose of ['sslserver', 'sslclient']) {
    const folder = join(store, 'hosts', host);
    const words = ['verify', '-x509_strict', '-purpose', purpose, '-CAfile', 'ca.crt', 'host.crt'];
    expect(execFileSync('openssl', words, { cwd: folder, encoding: 'utf8' })).toBe('host.crt: OK\n');
  }
}

beforeAll(async () => {
  sandbox = await createSandbox('certs');
  store = sandbox.file('store');
  sandbox.directory('tls');
  const files = { caFile: tls('ca.crt'), certificateFile: tls('host.crt'), keyFile: tls('host.key') };
  file = sandbox.write(
    'holdfast.yaml',
    JSON.stringify({
      stanzas: {
        main: {
          postgres: { path: '/pg', host: 'pg1', tls: files },
          repositories: { far: { type: 'posix', path: '/repository', host: 'repo', tls: files } },
        },
      },
      tlsServer: { address: '*', ...files, auth: { pg1: ['main'], repo: ['main'] } },
      state: { directory: sandbox.file('state') },
    }),
  );
});
afterAll(() => sandbox[Symbol.asyncDispose]());

describe('certificates create', () => {
  it('makes what the hosts of the file need, for servers and clients', async () => {
    const made = (await kept('create', '--json')).json<{ made: string[] }>();
    expect(made.made.toSorted()).toEqual(['pg1', 'repo']);
    for (const host of ['pg1', 'repo']) {
      verify(host);
      const certificate = certificateOf(host);
      expect([certificate.subject, certificate.subjectAltName]).toEqual([`CN=${host}`, `DNS:${host}`]);
      expect(statSync(join(store, 'hosts', host, 'host.key')).mode & 0o777).toBe(0o600);
    }
    expect(statSync(store).mode & 0o777).toBe(0o700);
  });

  it('touches nothing that is there', async () => {
    const before = certificateOf('pg1').serialNumber;
    const again = (await kept('create', '--json')).json();
    expect(again).toMatchObject({ made: [], newAuthority: false });
    expect(certificateOf('pg1').serialNumber).toBe(before);
  });

  it('takes a host that the file does not name, and no name that could not be one', async () => {
    await kept('create', '--host', 'pg2', '--days', '90');
    verify('pg2');
    for (const name of ['../pg3', 'a/CN=b', 'a\nb', 'x'.repeat(65)])
      expect((await run('create', '--directory', store, '--host', name)).code).toBe(64);
    expect(existsSync(join(store, 'pg3'))).toBe(false);
  });

  it.each([1, 40, 120, 250])('goes on after a SIGKILL %d ms after openssl was begun', async (wait) => {
    const directory = sandbox.file(`killed-${wait}`);
    let since: number | undefined;
    const begun = (): boolean => {
      if (existsSync(directory)) since ??= performance.now();
      return since !== undefined && performance.now() - since > wait;
    };
    const args = ['--config', file, 'certificates', 'create', '--directory', directory];
    await runHoldfast(args, { killAt: begun });
    await mustRunHoldfast(args);
    for (const host of ['pg1', 'repo']) {
      const folder = join(directory, 'hosts', host);
      const words = ['verify', '-CAfile', join(folder, 'ca.crt'), join(folder, 'host.crt')];
      expect(execFileSync('openssl', words, { encoding: 'utf8' })).toMatch(/: OK\n$/);
    }
    expect(readdirSync(join(directory, 'authorities'))).toHaveLength(1);
  });
});

describe('certificates install', () => {
  it('puts them where pgBackRest is told to look, for its user', async () => {
    const folder = join(store, 'hosts', 'repo');
    const told = await mustRun('install', folder, '--host', 'repo', '--json');
    expect(told.json()).toMatchObject({ name: 'repo', owner: 'postgres' });
    expect(told.stdout + told.stderr).not.toContain('PRIVATE KEY');
    expect(readFileSync(tls('host.crt'), 'utf8')).toBe(readFileSync(join(folder, 'host.crt'), 'utf8'));
    expect(statSync(tls('host.key'))).toMatchObject({ uid: sandbox.owner.uid });
    expect(statSync(tls('host.key')).mode & 0o777).toBe(0o600);
    expect((await mustRun('check', '--json')).json()).toMatchObject({ findings: [], exitCode: 0 });
  });

  it('refuses what is for another host or does not fit, and changes nothing', async () => {
    const before = readFileSync(tls('host.crt'), 'utf8');
    const other = await run('install', join(store, 'hosts', 'pg1'), '--host', 'repo');
    expect(other.code).toBe(97);
    expect(other.stderr).toContain('the certificate is for pg1, not for repo');
    const mixed = sandbox.directory('mixed');
    for (const [name, host] of Object.entries({ 'host.crt': 'repo', 'host.key': 'pg1', 'ca.crt': 'repo' }))
      sandbox.write(`mixed/${name}`, readFileSync(join(store, 'hosts', host, name), 'utf8'));
    expect((await run('install', mixed)).stderr).toContain('the key does not belong to the certificate');
    expect(readFileSync(tls('host.crt'), 'utf8')).toBe(before);
  });
});

describe('certificates rotate and retire', () => {
  it('leave at every moment a key and a certificate that fit, whenever they are killed', async () => {
    const directory = sandbox.file('rotated');
    await mustRun('create', '--directory', directory);
    const places = (): readonly string[] => ['pg1', 'repo'].map((host) => join(directory, 'hosts', host));
    const serials = (): readonly string[] =>
      places().map((place) => new X509Certificate(readFileSync(join(place, 'host.crt'))).serialNumber);
    for (let round = 0; round < 8; round += 1) {
      const before = readdirSync(join(directory, 'issued')).length;
      let since: number | undefined;
      const begun = (): boolean => {
        const isAtWork = readdirSync(directory).some((name) => name.startsWith('.new-'));
        if (isAtWork || readdirSync(join(directory, 'issued')).length > before) since ??= performance.now();
        return since !== undefined && performance.now() - since > round * 12;
      };
      await runHoldfast(['--config', file, 'certificates', 'rotate', '--directory', directory], {
        killAt: begun,
      });
      for (const place of places()) {
        const certificate = new X509Certificate(readFileSync(join(place, 'host.crt')));
        expect(certificate.checkPrivateKey(createPrivateKey(readFileSync(join(place, 'host.key'))))).toBe(
          true,
        );
        const words = ['verify', '-CAfile', join(place, 'ca.crt'), join(place, 'host.crt')];
        expect(execFileSync('openssl', words, { encoding: 'utf8' })).toMatch(/: OK\n$/);
      }
    }
    const last = serials();
    await mustRun('rotate', '--directory', directory);
    for (const [index, serial] of serials().entries()) expect(serial).not.toBe(last[index]);
  });

  it('changes key and certificate, and the authority stays', async () => {
    const [before, key] = [certificateOf('pg1'), readFileSync(join(store, 'hosts/pg1/host.key'), 'utf8')];
    const authority = readFileSync(join(store, 'hosts/pg1/ca.crt'), 'utf8');
    await kept('rotate', '--host', 'pg1');
    verify('pg1');
    expect(certificateOf('pg1').serialNumber).not.toBe(before.serialNumber);
    expect(readFileSync(join(store, 'hosts/pg1/host.key'), 'utf8')).not.toBe(key);
    expect(readFileSync(join(store, 'hosts/pg1/ca.crt'), 'utf8')).toBe(authority);
  });

  it('goes from one authority to another, and at every step each host trusts each', async () => {
    const old = readFileSync(join(store, 'hosts/repo/ca.crt'), 'utf8');
    const trusts = (host: string, shown: string): void => {
      const words = ['verify', '-CAfile', join(store, 'hosts', host, 'ca.crt')];
      const shownFile = join(store, 'hosts', shown, 'host.crt');
      expect(execFileSync('openssl', [...words, shownFile], { encoding: 'utf8' })).toMatch(/OK/);
    };
    await kept('rotate', '--authority');
    await kept('rotate', '--authority');
    const both = readFileSync(join(store, 'hosts/repo/ca.crt'), 'utf8');
    expect(both).toContain(old.trim());
    expect(both.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
    const early = await run('retire', '--directory', store, '--yes');
    expect(early.code).toBe(86);
    await kept('rotate', '--host', 'pg1');
    trusts('repo', 'pg1');
    trusts('pg1', 'repo');
    await kept('rotate');
    expect((await run('retire', '--directory', store)).code).toBe(92);
    await kept('retire', '--yes');
    const after = readFileSync(join(store, 'hosts/repo/ca.crt'), 'utf8');
    expect(after.match(/BEGIN CERTIFICATE/g)).toHaveLength(1);
    expect(after).not.toContain(old.trim());
    for (const host of ['pg1', 'pg2', 'repo']) verify(host);
    const list = (await kept('list', '--json')).json<{ hosts: { host: string }[] }>();
    expect(list.hosts.map(({ host }) => host)).toEqual(['pg1', 'pg2', 'repo']);
  });
});

describe('certificates check', () => {
  const findings = async (): Promise<readonly string[]> => {
    const seen = (await run('check', '--json')).json<{ findings: { rule: string; severity: string }[] }>();
    return seen.findings.map(({ rule, severity }) => `${rule} ${severity}`);
  };

  it('sees certificate-unusable: a key that others may read, another authority, a file that is gone', async () => {
    // The installed one is of the authority that was retired; its own ca.crt still has that.
    expect(await findings()).toEqual([]);
    chmodSync(tls('host.key'), 0o644);
    expect(await findings()).toEqual(['certificate-unusable critical']);
    chmodSync(tls('host.key'), 0o600);
    sandbox.write('tls/ca.crt', readFileSync(join(store, 'hosts/repo/ca.crt'), 'utf8'));
    expect(await findings()).toEqual(['certificate-unusable critical']);
    await mustRun('install', join(store, 'hosts', 'repo'));
    expect(await findings()).toEqual([]);
  });

  it('sees certificate-expires in check, status and for a certificate that has ended', async () => {
    const shown = async (daysAgo: number, days: number): Promise<readonly string[]> => {
      const directory = sandbox.file(`aged-${daysAgo}`);
      await mustRunHoldfast(['--config', file, 'certificates', 'create', '--directory', directory]);
      const openssl = { path: standardPath };
      const user = { name: 'root', uid: process.getuid?.() ?? 0 };
      // An authority of today signs no certificate of the past: what it begins with is its own beginning.
      const now = Date.now() - daysAgo * 86_400_000;
      await issueCertificate('repo', days, { directory, openssl, now, user });
      for (const name of ['host.crt', 'host.key', 'ca.crt'])
        sandbox.write(`tls/${name}`, readFileSync(join(directory, 'hosts/repo', name), 'utf8'));
      return findings();
    };
    expect(await shown(0, 1)).toEqual([]);
    expect(await shown(40, 35)).toEqual(['certificate-expires critical']);
    expect(await shown(40, 40 + 15 / 1440)).toEqual(['certificate-expires warning']);
    const status = await runHoldfast(['--config', file, 'status', '--json'], { timeoutMs: 60_000 });
    expect(status.stdout).toContain('certificate-expires');
  });
});
