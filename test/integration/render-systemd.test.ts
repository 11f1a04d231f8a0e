import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { runHoldfast } from '../support/holdfast.ts';
import { holdfastProgram } from '../support/installation.ts';
import { systemdProgram } from '../support/systemd-tools.ts';

/* Units of both forms, judged by the real systemd, which need not run for that. */
let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'hf-units-'));
  chmodSync(directory, 0o755);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

type Keys = Readonly<Record<string, unknown>>;

const schedule = {
  timezone: 'Europe/Berlin',
  full: { cron: '0 2 * * 0', jitter: '10m', timeout: '8h' },
  diff: '0 2 * * *',
  incr: { cron: '0 */6 * * *', catchUp: false },
  verify: '30 4 1,15 * 1-5',
  check: '*/15 * * * *',
  drill: '0 5 * * 6',
};

function fileOf(name: string, systemd: Keys, stanza: Keys = {}, keys: Keys = {}): string {
  const file = join(directory, `${name}.yaml`);
  const text = stringify({
    stanzas: {
      main: {
        postgres: [{ path: '/var/lib/postgresql/15/main' }],
        repositories: {
          local: { type: 'posix', path: '/srv/back ups/100% pg', retention: { full: 2 } },
        },
        schedule,
        ...stanza,
      },
    },
    deploy: { systemd: { program: holdfastProgram(), ...systemd } },
    ...keys,
  });
  writeFileSync(file, text);
  return file;
}

/** Renders into a directory of its own. @returns where the units are */
async function render(name: string, file: string): Promise<string> {
  const out = join(directory, name);
  mkdirSync(out);
  const result = await runHoldfast(['--config', file, 'render', 'systemd', '--out', out]);
  expect(result.stderr).toBe('');
  expect(result.code).toBe(0);
  return join(out, 'etc/systemd/system');
}

function analyze(units: string, ...args: readonly string[]): { status: number | null; said: string } {
  const { status, stdout, stderr } = spawnSync(systemdProgram('systemd-analyze'), args, {
    cwd: units,
    encoding: 'utf8',
    env: { LC_ALL: 'C.UTF-8', PATH: '/usr/bin:/bin', SYSTEMD_UNIT_PATH: `${units}:` },
  });
  return { status, said: `${stdout}${stderr}` };
}

/** The exposure of each service, from 0 (safe) to 10. */
function exposures(units: string): readonly number[] {
  const services = readdirSync(units).filter((name) => name.endsWith('.service'));
  const { said } = analyze(
    units,
    'security',
    '--offline=yes',
    '--no-pager',
    ...services.map((name) => `./${name}`),
  );
  const levels = [...said.matchAll(/Overall exposure level for \S+: ([\d.]+)/g)].map(([, level]) =>
    Number(level),
  );
  expect(levels).toHaveLength(services.length);
  return levels;
}

describe.each(['daemon', 'timers'] as const)('holdfast render systemd as %s', (form) => {
  let units: string;
  beforeAll(async () => {
    units = await render(
      form,
      fileOf(form, { form, environmentFile: '/etc/holdfast/environment', drain: '2h' }),
    );
  });

  it('passes systemd-analyze verify', () => {
    const names = readdirSync(units).map((name) => `./${name}`);
    expect(analyze(units, 'verify', ...names)).toEqual({ status: 0, said: '' });
  });

  it('is exposed less than 2.0', () => {
    for (const level of exposures(units)) expect(level).toBeLessThan(2);
  });

  it('has nothing that our own rules complain about', async () => {
    const files = readdirSync(units).map((name) => join(units, name));
    const { code, stdout } = await runHoldfast(['lint', '--json', ...files]);
    const { findings } = JSON.parse(stdout) as {
      findings: { rule: string; severity: string; text: string }[];
    };
    expect(findings.filter(({ severity }) => severity !== 'advice')).toEqual([]);
    expect(code).toBe(0);
  });

  it('says when a unit was changed by hand', async () => {
    const out = join(units, '../../..');
    const args = ['--config', join(directory, `${form}.yaml`), 'render', 'systemd', '--out', out, '--check'];
    expect((await runHoldfast(args)).code).toBe(0);
    const [name = ''] = readdirSync(units).filter((unit) => unit.endsWith('.service'));
    const before = readFileSync(join(units, name), 'utf8');
    writeFileSync(join(units, name), before.replace('NoNewPrivileges=yes', 'NoNewPrivileges=no'));
    const drifted = await runHoldfast(args);
    expect(drifted.code).toBe(1);
    expect(drifted.stdout).toContain(`${name}: edited-by-hand`);
    writeFileSync(join(units, name), before);
  });
});

describe('what systemd-analyze would find', () => {
  it('is a type that there is not, a program that is not there, and a unit that may do everything', async () => {
    const units = await render('faulty', fileOf('faulty', {}));
    const service = join(units, 'holdfast.service');
    const text = readFileSync(service, 'utf8');
    writeFileSync(service, text.replace('Type=notify', 'Type=notifi'));
    expect(analyze(units, 'verify', './holdfast.service').said).toContain('notifi');
    writeFileSync(
      service,
      text.replaceAll(/^(?:ReadWritePaths|Protect|Private|System|Restrict|Cap).*\n/gm, ''),
    );
    expect(Math.max(...exposures(units))).toBeGreaterThan(2);
    const missing = await render('missing', fileOf('missing', { program: '/nowhere/holdfast' }));
    expect(analyze(missing, 'verify', './holdfast.service').said).toContain('/nowhere/holdfast');
  });
});

describe('what timers can not do', () => {
  const timers = { form: 'timers' };
  it.each<[string, Keys, RegExp]>([
    ['no-zone', { schedule: { full: '0 2 * * 0' } }, /no time zone/],
    ['last-day', { schedule: { timezone: 'UTC', full: '0 2 L * *' } }, /numbers, names, ranges/],
    ['moving', { schedule: { timezone: 'Africa/Casablanca', full: '0 2 * * 0' } }, /follow no rule/],
    [
      'blackout',
      {
        schedule: { timezone: 'UTC', full: '0 2 * * 0', blackouts: [{ cron: '0 1 * * 0', duration: '30m' }] },
      },
      /blackout/,
    ],
    [
      'halved',
      {
        repositories: {
          one: { type: 'posix', path: '/srv/one', retention: { full: 2 } },
          two: { type: 'posix', path: '/srv/two', retention: { full: 2 } },
        },
        schedule: { timezone: 'UTC', full: { cron: '0 2 * * 0', repositories: ['one'] }, diff: '0 2 * * *' },
      },
      /does a part of the work/,
    ],
    ['two-users', { postgres: [{ path: '/pg', user: 'other' }] }, /belongs to other/],
  ])('is refused plainly: %s', async (name, stanza, problem) => {
    const file = fileOf(name, timers, stanza);
    const { code, stderr } = await runHoldfast(['--config', file, 'render', 'systemd']);
    expect(code).toBe(66);
    expect(stderr).toMatch(problem);
    expect(stderr).toContain('HINT:');
  });
});

describe('the units', () => {
  it('guard each task, and fail where the guard fails or is not there', async () => {
    const units = await render(
      'guarded',
      fileOf('guarded', { form: 'timers', program: '/nowhere/holdfast' }),
    );
    const text = readFileSync(join(units, 'holdfast-main-full.service'), 'utf8');
    const guard = /^ExecCondition=\/bin\/sh -c "(.*)"$/m
      .exec(text)?.[1]
      ?.replaceAll('$$', '$')
      .replaceAll('%%', '%');
    expect(guard).toContain('guard --stanza main --line');
    const run = (command: string): number | null =>
      spawnSync('/bin/sh', ['-c', command], { encoding: 'utf8' }).status;
    expect(run(guard ?? '')).toBe(255);
    const ending = (code: number) => (guard ?? '').replace(/^.*?; code/, `(exit ${code}); code`);
    expect([0, 1, 2, 79, 127, 137].map((code) => run(ending(code)))).toEqual([0, 1, 255, 255, 255, 255]);
  });

  it('of timers begin a target with exactly the lines of the schedules', async () => {
    const units = await render('target', fileOf('target', { form: 'timers' }));
    const wanted = readFileSync(join(units, 'holdfast.target'), 'utf8').match(/(?<=^Wants=).*/gm);
    expect(wanted?.toSorted()).toEqual(
      readdirSync(units)
        .filter((name) => name.endsWith('.timer'))
        .toSorted(),
    );
    const timer = readFileSync(join(units, 'holdfast-main-full.timer'), 'utf8');
    expect(timer).toContain(
      'OnCalendar=Sun *-*-* 02:00:00 Europe/Berlin\nOnCalendar=Sun *-03-25..31 01:00:00 UTC\n',
    );
    expect(timer).toContain('RandomizedDelaySec=600s\nFixedRandomDelay=yes\n');
    expect(timer).toContain('Persistent=yes');
    expect(readFileSync(join(units, 'holdfast-main-incr.timer'), 'utf8')).toContain('Persistent=no');
    const service = readFileSync(join(units, 'holdfast-main-full.service'), 'utf8');
    expect(service).toContain('TimeoutStartSec=28800s');
    expect(service).not.toContain('SuccessExitStatus');
    expect(service).toContain(
      'ReadWritePaths="-/srv/back ups/100%% pg" -/tmp -/var/lib/holdfast -/var/log/pgbackrest',
    );
  });
});
