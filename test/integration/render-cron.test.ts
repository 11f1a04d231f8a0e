import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createDaemonBed, type DaemonBed } from '../support/daemon-bed.ts';
import { runHoldfast } from '../support/holdfast.ts';
import { startHookServer, type HookServer } from '../support/hook-server.ts';
import { holdfastProgram } from '../support/installation.ts';
import { monitoringTool } from '../support/monitoring-tools.ts';
import { requireRoot, testUser } from '../support/test-user.ts';

/* The crontab, judged by Debian's own crontab(1), and its commands run as cron would run them. */
const cleanUp = new AsyncDisposableStack();
let bed: DaemonBed;
let hook: HookServer;
let folders = 0;

const schedule = {
  full: { cron: '0 2 * * SUN', timeout: '1h' },
  diff: '0 2 */2 * mon-fri',
  incr: '0 */6 * * *',
  check: { cron: '*/15 * * * *', jitter: '2s' },
};

beforeAll(async () => {
  hook = cleanUp.use(await startHookServer());
  bed = cleanUp.use(await createDaemonBed({ name: 'cron', stanza: { heartbeat: false } }));
});
afterAll(() => cleanUp.disposeAsync());
beforeEach(() => void (hook.requests.length = 0));

type Keys = Readonly<Record<string, unknown>>;

/** @returns the directory below which everything was rendered */
async function render(stanza: Keys = {}, cron: Keys = {}): Promise<string> {
  configure(stanza, cron);
  folders += 1;
  const out = bed.sandbox.directory(`cron-${folders}`, 0o755);
  await bed.mustRun(['render', 'cron', '--out', out]);
  return out;
}

function configure(stanza: Keys, cron: Keys): void {
  bed.configure(
    { heartbeat: false, schedule, ...stanza },
    {
      deploy: { cron: { program: holdfastProgram(), directory: '/100% scripts', ...cron } },
      notify: { ops: { webhook: hook.url } },
    },
  );
}

const crontabOf = (out: string): string => readFileSync(`${out}/etc/cron.d/holdfast`, 'utf8');

/** What Debian's parser says of a crontab; that of a user has no user in it. */
function parse(text: string): { status: number | null; said: string } {
  requireRoot();
  const own = text.replaceAll(/^((?:[^\s#=]+ ){5})\S+ /gm, '$1');
  const file = bed.sandbox.write(`parsed-${(folders += 1)}`, own, 0o644);
  // It wants a spool and a group, which its package would have made: in file systems of its own.
  const groups = bed.sandbox.write(
    'group',
    `${readFileSync('/etc/group', 'utf8').replaceAll(/^crontab:.*\n/gm, '')}crontab:x:64999:\n`,
    0o644,
  );
  const script = `mount -t tmpfs none /var/spool && mkdir -p /var/spool/cron/crontabs && mount --bind ${groups} /etc/group && exec "$0" -n "$1"`;
  const { status, stdout, stderr } = spawnSync(
    'unshare',
    ['--mount', '/bin/sh', '-c', script, monitoringTool('crontab'), file],
    { encoding: 'utf8', env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' } },
  );
  return { status, said: `${stdout}${stderr}` };
}

/** Runs the command of a line as cron does: after `\%` became a sign, by sh, as the user, in its little environment. */
async function runAsCron(out: string, task: string): Promise<{ status: number | undefined; output: string }> {
  const line = crontabOf(out)
    .split('\n')
    .find((one) => one.endsWith(`/${task}'`));
  const command = line
    ?.split(' ')
    .slice(6)
    .join(' ')
    .replaceAll(String.raw`\%`, '%');
  if (command === undefined) throw new Error(`no line of ${task} in ${crontabOf(out)}`);
  const placed = command.replace("'/100% scripts", `'${out}/100% scripts`);
  const env = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' };
  const { code, stdout, stderr } = await bed.sandbox.run('/bin/sh', ['-c', placed], { cwd: '/', env });
  return { status: code, output: `${stdout}${stderr}` };
}

describe('holdfast render cron', () => {
  it('writes a crontab that cron takes, and scripts that sh takes', async () => {
    const out = await render();
    expect(parse(crontabOf(out)).said).not.toMatch(/error|bad/i);
    expect(parse(crontabOf(out)).status).toBe(0);
    expect(crontabOf(out)).toContain(
      String.raw`0 2 */2 * 1,2,3,4,5 postgres '/100\% scripts/main-diff'`.replace(
        'postgres',
        testUser().owner.name,
      ),
    );
    for (const name of readdirSync(`${out}/100% scripts`)) {
      const { status, stderr } = spawnSync('/bin/sh', ['-n', `${out}/100% scripts/${name}`], {
        encoding: 'utf8',
      });
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    }
    expect(existsSync(`${out}/etc/cron.d/holdfast`)).toBe(true);
    const again = await bed.run(['render', 'cron', '--out', out, '--check']);
    expect(again.code).toBe(0);
  });

  it('would be refused by that parser with a mistake in it', async () => {
    const text = crontabOf(await render()).replace('0 2 * * 0', '0 25 * * 0');
    expect(parse(text)).toMatchObject({ status: 1, said: expect.stringContaining('bad hour') });
  });

  it('has nothing that our own rules complain about', async () => {
    const out = await render();
    const { stdout } = await runHoldfast(['lint', '--json', `${out}/etc/cron.d/holdfast`]);
    const { findings } = JSON.parse(stdout) as { findings: { severity: string }[] };
    expect(findings.filter(({ severity }) => severity !== 'advice')).toEqual([]);
  });

  it('names zones only to a cron that knows them', async () => {
    const zoned = { schedule: { ...schedule, timezone: 'Europe/Berlin' } };
    configure(zoned, {});
    const refused = await bed.run(['render', 'cron']);
    expect(refused.code).toBe(66);
    expect(refused.stderr).toMatch(/Debian's cron keeps the clock of the host/);
    const own = crontabOf(await render(zoned, { timezone: 'Europe/Berlin' }));
    expect(own).not.toContain('CRON_TZ');
    const cronie = crontabOf(await render(zoned, { kind: 'cronie' }));
    expect(cronie.match(/^CRON_TZ=.*$/gm)).toEqual(['CRON_TZ=Europe/Berlin']);
  });

  it('refuses what cron can not do', async () => {
    for (const times of ['0 2 L * *', '0 2 * * 1#2']) {
      configure({ schedule: { full: times } }, {});
      expect((await bed.run(['render', 'cron'])).code).toBe(66);
    }
  });
});

describe('the lines of the crontab', () => {
  it('back up, and say nothing of it', async () => {
    const out = await render();
    expect(await runAsCron(out, 'main-full')).toEqual({ status: 0, output: '' });
    expect(await runAsCron(out, 'main-check')).toEqual({ status: 0, output: '' });
    const info = await bed.mustRun(['info', '--json']);
    expect(info.stdout).toMatch(/"label": ?"\d{8}-\d{6}F"/);
    expect(hook.requests).toEqual([]);
  });

  it('do nothing and say nothing where the guard says no', async () => {
    const hour = new Date(Date.now() - 3_600_000).getUTCHours();
    const blackouts = [{ cron: `0 ${hour} * * *`, duration: '4h', missed: 'skip', timezone: 'UTC' }];
    const out = await render({ schedule: { incr: '30 * * * *', blackouts } });
    const before = (await bed.mustRun(['info', '--json'])).stdout;
    expect(await runAsCron(out, 'main-incr')).toEqual({ status: 0, output: '' });
    expect((await bed.mustRun(['info', '--json'])).stdout.match(/"label"/g)).toEqual(
      before.match(/"label"/g),
    );
  });

  it('say everything, and tell the channels, where the job fails', async () => {
    const out = await render();
    await bed.cluster.stop();
    try {
      const ended = await runAsCron(out, 'main-full');
      expect(ended.status).toBeGreaterThan(63);
      expect(ended.output).toContain('HINT:');
      expect(ended.output).toContain('the full of stanza main failed');
      expect(hook.requests).toHaveLength(1);
      expect(hook.requests[0]?.body).toContain('cron holdfast-main-full');
    } finally {
      await bed.cluster.start();
    }
  });
});
