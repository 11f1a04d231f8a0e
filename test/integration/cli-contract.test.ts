import { spawnSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bugExitCode, globalOptions } from '../../src/cli/command-definition.ts';
import { commandDefinitions } from '../../src/cli/definitions/all.ts';
import { failureCodes } from '../../src/model/failure.ts';
import { runHoldfast } from '../support/holdfast.ts';
import { holdfastProgram } from '../support/installation.ts';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';
import { requireRoot } from '../support/test-user.ts';

interface ErrorDocument {
  readonly ok: boolean;
  readonly command?: string;
  readonly error: {
    readonly kind: string;
    readonly code: number;
    readonly place?: string;
    readonly hint?: string;
    readonly details?: {
      readonly problems?: readonly { readonly rule: string; readonly position: object }[];
    };
  };
}

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await createSandbox('cli');
});
afterAll(async () => {
  await sandbox[Symbol.asyncDispose]();
});

const good = `stanzas:
  main:
    postgres: [{ path: /var/lib/postgresql/15/main }]
    repositories: { local: { type: posix, path: /var/lib/pgbackrest, retention: { full: 2 } } }
  other:
    postgres: [{ path: /var/lib/postgresql/15/other, port: 5433 }]
    repositories: { local: { type: posix, path: /var/lib/pgbackrest-other, retention: { full: 2 } } }
`;
const bad = `stanzas:
  main:
    postgres: [{ pth: /x }]
    repositories: { local: { type: posix, retention: { full: many } } }
`;

describe('help', () => {
  it('answers --help for the program and for every command on stdout, with exit code 0', async () => {
    for (const words of [[], ...commandDefinitions.map((definition) => [definition.name])]) {
      const result = await runHoldfast([...words, '--help'], { env: { HOLDFAST_CONFIG: '/nowhere' } });
      expect(result).toMatchObject({ code: 0, stderr: '' });
      expect(result.stdout).toMatch(/Usage: holdfast/);
      expect(result.stdout).toMatch(/Exit codes:/);
    }
  });

  it('knows --version', async () => {
    expect((await runHoldfast(['--version'])).stdout).toMatch(/^holdfast \d+\.\d+\.\d+ \(node 24/);
    expect((await runHoldfast(['version', '--json'])).json()).toMatchObject({ ok: true, command: 'version' });
  });
});

describe('usage', () => {
  it.each([
    [['bakup'], /unknown command 'bakup'/, /HINT: Did you mean backup\?/],
    [['info', '--josn'], /unknown option '--josn'/, /HINT: Did you mean --json\?/],
    [
      ['backup', '--type', 'huge'],
      /Allowed choices are full, diff, incr/,
      /HINT: Run 'holdfast backup --help'/,
    ],
    [['backup', '--annotation', 'nothing'], /"nothing" is not KEY=VALUE/, /HINT: Write it as/],
    [['info', '-c', '/nowhere.yaml'], /read the configuration \(\/nowhere.yaml\)/, /HINT: Name the file/],
  ])('refuses %j in words and in JSON', async (args, problem, hint) => {
    const text = await runHoldfast(args);
    expect(text.stdout).toBe('');
    expect(text.stderr).toMatch(problem);
    expect(text.stderr).toMatch(hint);
    const json = await runHoldfast(['--json', ...args]);
    expect(json.stderr).toBe('');
    expect(json.json<ErrorDocument>()).toMatchObject({ ok: false, error: { code: json.code } });
    expect(json.code).toBe(text.code);
  });

  it('ends with an exit code of the list for any words', async () => {
    const codes: readonly (number | undefined)[] = [0, 1, 2, ...Object.values(failureCodes)];
    const known = commandDefinitions.flatMap((definition) => [
      definition.name,
      ...definition.options.map((option) => `--${option.name}`),
    ]);
    const word = fc.oneof(
      fc.string({ maxLength: 12 }).map((text) => text.replaceAll('\0', '')),
      fc.constantFrom(
        ...known,
        ...globalOptions.map((option) => `--${option.name}`),
        '--',
        '-c',
        '__proto__',
      ),
    );
    const file = sandbox.write('any.yaml', bad, 0o644);
    await fc.assert(
      fc.asyncProperty(fc.array(word, { maxLength: 5 }), async (argv) => {
        const result = await runHoldfast(argv, { env: { HOLDFAST_CONFIG: file }, cwd: sandbox.path });
        expect(codes).toContain(result.code);
        expect(result.code).not.toBe(bugExitCode);
      }),
      { numRuns: 60 },
    );
  });
});

describe('configuration', () => {
  it('is found by --config, by HOLDFAST_CONFIG and in the working directory, in this order', async () => {
    const folder = sandbox.directory('place', 0o755);
    chmodSync(sandbox.path, 0o755);
    sandbox.write('place/holdfast.yaml', good, 0o644);
    const other = sandbox.write('bad.yaml', bad, 0o644);
    const here = await runHoldfast(['config', '--check'], { cwd: folder });
    expect(here.stdout).toContain(`${folder}/holdfast.yaml: no problems (stanzas: main, other)`);
    const env = { HOLDFAST_CONFIG: other };
    expect((await runHoldfast(['config', '--check'], { cwd: folder, env })).code).toBe(66);
    const named = await runHoldfast(['-c', 'holdfast.yaml', 'config', '--check'], { cwd: folder, env });
    expect(named.code).toBe(0);
  });

  it('is missing: says where it was looked for', async () => {
    const result = await runHoldfast(['config', '--json'], { cwd: '/' });
    expect(result.code).toBe(65);
    expect(result.json<ErrorDocument>().error.place).toBe('/holdfast.yaml, /etc/holdfast/holdfast.yaml');
  });

  it('lists every problem with its position, in words and in JSON', async () => {
    const file = sandbox.write('bad.yaml', bad, 0o644);
    const text = await runHoldfast(['info', '-c', file]);
    expect(text.code).toBe(66);
    expect(text.stderr).toMatch(new RegExp(`^${file}:3:16: error: .*missing-key`, 'm'));
    expect(text.stderr).toMatch(new RegExp(`^${file}:4:62: error: .*wrong-value`, 'm'));
    const json = await runHoldfast(['info', '-c', file, '--json']);
    const rules = json.json<ErrorDocument>().error.details?.problems?.map((problem) => problem.rule);
    expect(rules).toEqual(['missing-key', 'unknown-key', 'wrong-value']);
  });

  it('prints it with every default and no secret', async () => {
    const text = good.replace(
      'retention: { full: 2 } } }',
      'retention: { full: 2 }, encryption: { passphrase: "hunter2-hunter2" } } }',
    );
    const file = sandbox.write('secret.yaml', text, 0o644);
    const result = await runHoldfast(['config', '-c', file]);
    expect(result.code).toBe(1);
    expect(result.stderr).toMatch(/warning/);
    expect(result.stdout).toMatch(/stateDirectory: \/var\/lib\/holdfast/);
    expect(result.stdout + result.stderr).not.toContain('hunter2');
    const rendered = await runHoldfast(['render', 'pgbackrest', '-c', file, '--json']);
    expect(rendered.code).toBe(0);
    expect(rendered.stdout).not.toContain('hunter2');
  });

  it('needs --stanza when there are several, and suggests one for a mistyped name', async () => {
    const file = sandbox.write('good.yaml', good, 0o644);
    const none = await runHoldfast(['info', '-c', file]);
    expect(none.code).toBe(64);
    expect(none.stderr).toMatch(/there are several: main, other/);
    const wrong = await runHoldfast(['info', '-c', file, '--stanza', 'othe']);
    expect(wrong.code).toBe(77);
    expect(wrong.stderr).toMatch(/HINT: Did you mean other\?/);
  });
});

describe('render', () => {
  it('writes the files below a directory, then finds them as they should be, then one edited by hand', async () => {
    const file = sandbox.write('good.yaml', good, 0o644);
    const out = sandbox.directory('out', 0o755);
    const call = (...args: string[]): ReturnType<typeof runHoldfast> =>
      runHoldfast(['render', 'pgbackrest', '-c', file, '--engine', '2.50', '--out', out, ...args], {
        as: 'postgres',
      });
    expect((await call()).stdout).toMatch(/^wrote .*\/pgbackrest\.conf\nwrote .*holdfast-secrets\.conf/);
    expect((await call('--check')).code).toBe(0);
    sandbox.write('out/etc/pgbackrest/pgbackrest.conf', '[global]\nrepo1-path=/mine\n');
    const check = await call('--check');
    expect(check.code).toBe(1);
    expect(check.stdout).toMatch(/edited-by-hand/);
    expect(check.stdout).toMatch(/^-repo1-path=\/mine$/m);
    expect((await call()).code).toBe(91);
    expect((await call('--force')).stdout).toMatch(/kept the edited file as /);
  });

  it('refuses a version that is not supported', async () => {
    const file = sandbox.write('good.yaml', good, 0o644);
    const result = await runHoldfast(['render', 'pgbackrest', '-c', file, '--engine', '2.30']);
    expect(result.code).toBe(64);
    expect(result.stderr).toMatch(/HINT: Write it as --engine 2\.55/);
  });
});

describe('who may run it', () => {
  const words = (): string[] => {
    const file = sandbox.write('good.yaml', good, 0o644);
    return ['info', '--stanza', 'main', '--config', file];
  };

  it('lets the owner in', async () => {
    expect((await runHoldfast(words(), { as: 'postgres' })).code).not.toBe(68);
  });

  it('tells anybody else the command to type', () => {
    // To become somebody else.
    requireRoot();
    const result = spawnSync(holdfastProgram(), words(), {
      cwd: '/',
      uid: 65_534,
      gid: 65_534,
      env: { PATH: '/usr/bin:/bin' },
      encoding: 'utf8',
    });
    expect(result.status).toBe(68);
    expect(result.stderr).toMatch(/this needs root or postgres/);
    expect(result.stderr).toMatch(/HINT: Type: sudo \/.*\/bin\/holdfast info --stanza main --config /);
  });
});

describe('completion', () => {
  it.each(['bash', 'zsh', 'fish'])('prints a script for %s', async (shell) => {
    const result = await runHoldfast(['completion', shell]);
    expect(result.code).toBe(0);
    expect(result.stdout).toMatch(/holdfast/);
    if (shell === 'bash') expect(spawnSync('bash', ['-n'], { input: result.stdout }).status).toBe(0);
  });
});
