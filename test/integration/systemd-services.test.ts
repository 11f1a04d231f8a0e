import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createDaemonBed, type DaemonBed } from '../support/daemon-bed.ts';
import { runHoldfast } from '../support/holdfast.ts';
import { startHookServer, type HookServer } from '../support/hook-server.ts';
import { holdfastProgram } from '../support/installation.ts';
import { requireRoot, testEnvironment } from '../support/test-user.ts';
import { waitUntil } from '../support/wait-until.ts';

/* What the services of timers do, carried out by a shell as systemd would: the guard, the command, the alert. */
const cleanUp = new AsyncDisposableStack();
let bed: DaemonBed;
let hook: HookServer;
let units: string;

beforeAll(async () => {
  hook = cleanUp.use(await startHookServer());
  bed = cleanUp.use(await createDaemonBed({ name: 'services', stanza: { heartbeat: false } }));
  const schedule = {
    timezone: 'UTC',
    full: '0 2 * * 0',
    verify: '30 4 * * *',
    drill: { cron: '0 5 * * 6', checks: ['read'] },
  };
  units = bed.sandbox.directory('rendered');
  for (const form of ['daemon', 'timers']) {
    bed.configure(
      { heartbeat: false, schedule },
      {
        deploy: { systemd: { form, program: holdfastProgram(), directory: '/units' } },
        notify: {
          ops: { webhook: hook.url },
          warnings: { webhook: `${hook.url}/warnings`, on: ['warning'] },
          pings: { healthchecks: `${hook.url}/ping` },
        },
      },
    );
    await bed.mustRun(['render', 'systemd', '--out', units]);
  }
  units = `${units}/units`;
});
afterAll(() => cleanUp.disposeAsync());
beforeEach(() => void (hook.requests.length = 0));

/** What a line of the unit is to systemd: `$$` and `%%` are one sign each. */
function entry(unit: string, key: string): string {
  const text = readFileSync(`${units}/${unit}`, 'utf8');
  const value = new RegExp(`^${key}=(.*)$`, 'm').exec(text)?.[1];
  if (value === undefined) throw new Error(`${unit} has no ${key}`);
  return value.replaceAll('$$', '$').replaceAll('%%', '%');
}

/**
 * The words and variables by which a command line of a unit runs as its user, without any privilege, where only
 * ReadWritePaths can be written to: the part of the unit's restrictions that needs no systemd.
 */
function confine(unit: string, key: string): { words: string[]; env: Record<string, string> } {
  const { owner } = requireRoot();
  const paths = entry(unit, 'ReadWritePaths')
    .split(' ')
    .map((path) => path.replace(/^-/, ''))
    .filter((path) => existsSync(path));
  const mounts = [
    'mount --make-rprivate /',
    'mount --rbind / /mnt',
    'mount -o remount,bind,ro /mnt',
    ...paths.flatMap((path) => [
      `mount --bind '${path}' '/mnt${path}'`,
      `mount -o remount,bind,rw '/mnt${path}'`,
    ]),
  ];
  const drop = `setpriv --reuid=${owner.uid} --regid=${owner.gid} --init-groups --no-new-privs --bounding-set=-all --inh-caps=-all`;
  const command = entry(unit, key).replace(/^\/bin\/sh -c "(.*)"$/, '$1');
  const script = `set -e; ${mounts.join('; ')}; exec chroot /mnt ${drop} /bin/sh -c "$COMMAND"`;
  return {
    words: ['--mount', '/bin/sh', '-c', script],
    env: { ...testEnvironment(owner), COMMAND: command },
  };
}

function runConfined(unit: string, key: string): { status: number | null; output: string } {
  const { words, env } = confine(unit, key);
  const ended = spawnSync('unshare', words, { cwd: '/', encoding: 'utf8', env, timeout: 200_000 });
  return { status: ended.status, output: `${ended.stdout}${ended.stderr}` };
}

describe('the services of timers', () => {
  it('run here where the guard says so, and back up with no more rights than the unit leaves', () => {
    expect(runConfined('holdfast-main-full.service', 'ExecCondition')).toMatchObject({ status: 0 });
    const backup = runConfined('holdfast-main-full.service', 'ExecStart');
    expect(backup).toMatchObject({ status: 0, output: expect.stringMatching(/\d{8}-\d{6}F/) });
  });

  it('verify, and restore for a drill, with a server of its own', () => {
    expect(runConfined('holdfast-main-verify.service', 'ExecStart')).toMatchObject({ status: 0 });
    const drill = runConfined('holdfast-main-drill.service', 'ExecStart');
    expect(drill.status, drill.output).toBe(0);
  });

  it('could not write elsewhere: the confinement of this test is one', () => {
    const unit = 'holdfast-main-full.service';
    const text = readFileSync(`${units}/${unit}`, 'utf8');
    const probe = text.replace(/^ExecStart=.*$/m, 'ExecStart=touch /var/tmp/probe');
    bed.sandbox.write('rendered/units/probe.service', probe);
    expect(runConfined('probe.service', 'ExecStart').output).toContain('Read-only file system');
  });

  it('tell the channels of a failure, with what systemd knows of it', async () => {
    const command = entry('holdfast-alert@.service', 'ExecStart').replace('%i', 'holdfast-main-full.service');
    const args = command.split(' ').slice(1);
    const env = { MONITOR_SERVICE_RESULT: 'exit-code', MONITOR_EXIT_STATUS: '87' };
    const told = await runHoldfast([...args, '--json'], { as: 'postgres', env });
    expect(told.code, told.stderr).toBe(0);
    expect(told.json<{ tests: { channel: string }[] }>().tests.map(({ channel }) => channel)).toEqual([
      'ops',
      'pings',
    ]);
    const message = hook.requests.find(({ url }) => url === '/');
    expect(JSON.parse(message?.body ?? '{}')).toMatchObject({
      summary:
        'critical: stanza main, unit holdfast-main-full.service: the unit has failed, and what it does was not done',
    });
    expect(message?.body).toContain('unit-failed');
    expect(message?.body).toContain('exit-code, and it ended with 87 (disk-full');
    expect(hook.requests.map(({ url }) => url).toSorted()).toEqual(['/', '/ping/fail']);
  });

  it('say so when a channel could not be told', async () => {
    hook.behave = () => ({ status: 500 });
    const told = await bed.run(['notify', 'failure', '--unit', 'holdfast.service', '--direct', '--json']);
    expect(told.code).toBe(2);
    expect((await bed.run(['notify', 'failure'])).code).toBe(64);
  });
});

describe('the service of the daemon', () => {
  it('keeps schedules, backs up and drills with no more rights than the unit leaves', async () => {
    const { words, env } = confine('holdfast.service', 'ExecStart');
    const daemon = spawn('unshare', words, {
      cwd: '/',
      env: { ...env, COMMAND: `exec ${env['COMMAND']}` },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    daemon.stderr.on('data', (text: Buffer) => void (said += text.toString('utf8')));
    const ended = once(daemon, 'exit');
    try {
      await waitUntil('the daemon answers', async () => {
        if (daemon.exitCode !== null) throw new Error(said);
        return (await bed.mustRun(['schedule', '--json'])).json<{ daemon: boolean }>().daemon;
      });
      await bed.mustRun(['backup', '--type', 'incr']);
      await bed.mustRun(['drill', '--target', 'latest', '--checks', 'read']);
    } finally {
      daemon.kill('SIGTERM');
    }
    expect(await ended).toEqual([0, null]);
    expect(said).not.toContain('Read-only file system');
    expect(said).not.toContain('EROFS');
  });
});
