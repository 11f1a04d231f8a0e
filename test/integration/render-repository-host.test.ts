import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { engineUnderTest, engineVersionUnderTest } from '../support/engines.ts';
import { mustRunHoldfast, runHoldfast } from '../support/holdfast.ts';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';
import { systemdProgram } from '../support/systemd-tools.ts';

/** What systemd-analyze, our own rules and a shell think of what is rendered for a repository host. */
let sandbox: Sandbox;
let file: string;

beforeAll(async () => {
  sandbox = await createSandbox('unit');
  const tls = { caFile: '/t/ca.crt', certificateFile: '/t/host.crt', keyFile: '/t/host.key' };
  file = sandbox.write(
    'holdfast.yaml',
    stringify({
      stanzas: {
        main: {
          postgres: { path: '/pg', host: 'pg1', tls },
          repositories: {
            far: { type: 'posix', path: '/srv/a place', host: 'repo', tls, retention: { full: 2 } },
          },
        },
      },
      tlsServer: { address: '*', ...tls, auth: { pg1: ['main'], repo: ['main'] } },
      engine: { binary: engineUnderTest() },
      deploy: { engineVersion: engineVersionUnderTest() },
    }),
    0o644,
  );
});
afterAll(() => sandbox[Symbol.asyncDispose]());

describe.each(['repo', 'pg1'])('holdfast render repository-host --host %s', (host) => {
  let units: string;
  beforeAll(async () => {
    const out = sandbox.file(host);
    await mustRunHoldfast(['--config', file, 'render', 'repository-host', '--host', host, '--out', out]);
    units = join(out, 'etc/systemd/system');
  });

  function analyze(...args: readonly string[]): { status: number | null; said: string } {
    const { status, stdout, stderr } = spawnSync(systemdProgram('systemd-analyze'), args, {
      cwd: units,
      encoding: 'utf8',
      env: { LC_ALL: 'C.UTF-8', PATH: '/usr/bin:/bin', SYSTEMD_UNIT_PATH: `${units}:` },
    });
    return { status, said: `${stdout}${stderr}` };
  }

  it('has a unit that systemd takes, and that is exposed less than 2.0', () => {
    const unit = './pgbackrest-server.service';
    expect(analyze('verify', unit)).toEqual({ status: 0, said: '' });
    const { said } = analyze('security', '--offline=yes', '--no-pager', unit);
    expect(Number(/Overall exposure level for \S+: ([\d.]+)/.exec(said)?.[1])).toBeLessThan(2);
  });

  it('is the same when it is rendered again, and has nothing that our own rules complain about', async () => {
    const again = ['render', 'repository-host', '--host', host, '--out', sandbox.file(host), '--check'];
    expect((await runHoldfast(['--config', file, ...again])).code).toBe(0);
    const conf = join(sandbox.file(host), 'etc/pgbackrest/pgbackrest.conf');
    const unit = join(units, 'pgbackrest-server.service');
    const lint = await runHoldfast(['lint', '--json', '--engine', engineVersionUnderTest(), unit, conf]);
    const { findings } = lint.json<{ findings: { rule: string; severity: string; text: string }[] }>();
    expect(findings.filter(({ severity }) => severity !== 'advice')).toEqual([]);
  });

  it('gives the host a holdfast.yaml of its own that holds', async () => {
    const own = join(sandbox.file(host), 'etc/holdfast/holdfast.yaml');
    const { code, stdout } = await runHoldfast(['--config', own, 'config', '--json']);
    expect(code, stdout).toBeLessThan(2);
  });
});
