import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createDaemonBed, type DaemonBed } from '../support/daemon-bed.ts';
import { writeConfiguration } from '../support/configuration.ts';
import { startHookServer, type HookServer } from '../support/hook-server.ts';
import { holdfastProgram } from '../support/installation.ts';
import { leaseServerOf, leaseSessions, startLeaseDriver } from '../support/lease-bed.ts';
import { bedOf, type ProtectedBed } from '../support/protected-bed.ts';
import { waitUntil } from '../support/wait-until.ts';

/* Two hosts with the same lines of a schedule, which a crontab begins, and one repository. */
const cleanUp = new AsyncDisposableStack();
let hook: HookServer;
let bed: DaemonBed;
let other: Pick<ProtectedBed, 'mustRun' | 'run'>;

const schedule = { timezone: 'UTC', full: { cron: '0 2 * * 0', on: 'any' }, expire: '0 6 * * *' };
const [full, expire] = ['main/full@0 2 * * 0 UTC on any', 'main/expire@0 6 * * * UTC'];

beforeAll(async () => {
  hook = cleanUp.use(await startHookServer());
  const stanza = { heartbeat: false, schedule };
  const keys = {
    deploy: { cron: { program: holdfastProgram(), directory: '/scripts', timezone: 'UTC' } },
    notify: { ops: { webhook: hook.url } },
  };
  const repositories = (path: string) => ({ local: { path, retention: { full: 20 } } });
  bed = cleanUp.use(
    await createDaemonBed({
      name: 'timers',
      stanza,
      keys,
      prepare: (sandbox) => Promise.resolve(repositories(sandbox.file('repository'))),
    }),
  );
  const { sandbox, cluster } = bed;
  const shared = { cluster, keys: stanza, repositories: repositories(sandbox.file('repository')) };
  const second = writeConfiguration(sandbox, { main: shared }, keys, 'other');
  other = bedOf(sandbox, cluster, second);
  await other.mustRun(['render', 'pgbackrest', '--out', '/']);
});
afterAll(() => cleanUp.disposeAsync());
beforeEach(() => void (hook.requests.length = 0));

let folders = 0;

/** Renders the crontab of a host and gives the script of its full. */
async function scriptOf(host: Pick<ProtectedBed, 'mustRun'>): Promise<string> {
  folders += 1;
  const out = bed.sandbox.directory(`cron-${folders}`, 0o755);
  await host.mustRun(['render', 'cron', '--out', out]);
  return readFileSync(`${out}/scripts/main-full`, 'utf8');
}

async function runScript(script: string): Promise<{ code: number | undefined; said: string }> {
  const env = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' };
  const { code, stdout, stderr } = await bed.sandbox.run('/bin/sh', ['-c', script], { cwd: '/', env });
  return { code, said: `${stdout}${stderr}` };
}

const countSets = async (): Promise<number> =>
  (await bed.run(['info', '--json'])).stdout.match(/"label": ?"/g)?.length ?? 0;

const backupsOf = async (host: Pick<ProtectedBed, 'mustRun'>): Promise<unknown[]> =>
  (await host.mustRun(['journal', '--json']))
    .json<{ runs: { kind: string; result: string; error?: unknown }[] }>()
    .runs.filter(({ kind }) => kind === 'backup')
    .map(({ result }) => result);

describe('a line that a crontab begins', () => {
  it('has failed, and is told of, where another run keeps the lease and nothing does its work', async () => {
    const primary = await leaseServerOf(bed.cluster);
    const holder = await startLeaseDriver(bed.cluster, {
      primary,
      resource: { stanza: 'main', repository: 'files' },
      child: undefined,
    });
    const script = (await scriptOf(bed)).replace('--yes --quiet 2>&1', '--yes --quiet --wait 2s 2>&1');
    expect(script).toContain('--wait 2s');
    const { code, said } = await runScript(script);
    await holder.kill();
    expect(code, said).toBe(99);
    expect(said).toContain('the full of stanza main failed (exit code 99)');
    expect(hook.requests.map(({ body }) => body).join()).toContain('cron holdfast-main-full');
    expect(await backupsOf(bed)).toEqual(['failed']);
    expect(await countSets()).toBe(0);
    await waitUntil('the lease is free', async () => (await leaseSessions(bed.cluster)).length === 0);
  });

  it('is done where another host does it meanwhile', async () => {
    const [one, two] = [await scriptOf(bed), await scriptOf(other)];
    const first = runScript(one);
    await waitUntil('the first has the lease', async () => (await leaseSessions(bed.cluster)).length > 0);
    expect(await Promise.all([first, runScript(two)])).toEqual([
      { code: 0, said: '' },
      { code: 0, said: '' },
    ]);
    expect(await countSets()).toBe(1);
    expect(await backupsOf(other)).toEqual([]);
    expect(hook.requests).toEqual([]);
  });

  it('says which set does it, and what it was for', async () => {
    const { stdout } = await other.mustRun(['backup', '--line', full, '--yes', '--quiet']);
    expect(stdout).toMatch(/^local +not needed .*\nlocal: local has the full \d{8}-\d{6}F, begun /m);
    const document = (await bed.mustRun(['backup', '--line', full, '--json'])).json<{
      repositories: unknown[];
    }>();
    expect(document.repositories).toEqual([
      expect.objectContaining({ ok: true, skipped: expect.objectContaining({ reason: 'satisfied' }) }),
    ]);
    expect(await countSets()).toBe(1);
  });

  it('may be an expire', async () => {
    expect((await bed.run(['expire', '--line', expire, '--yes'])).code).toBe(0);
  });

  it.each([
    [['backup', '--line', full, '--type', 'incr'], 64],
    [['backup', '--line', full, '--detach'], 64],
    [['backup', '--line', expire], 64],
    [['expire', '--line', full, '--yes'], 64],
    [['backup', '--line', 'main/full@0 3 * * 0 UTC'], 98],
  ])('is refused for %j', async (words, code) => {
    expect((await bed.run(words)).code).toBe(code);
  });
});
