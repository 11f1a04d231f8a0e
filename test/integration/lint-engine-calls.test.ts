import { array, assert, asyncProperty, constantFrom, oneof, record, type Arbitrary } from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LintRule } from '../../src/lint/lint-rule.ts';
import { readProject } from '../../src/lint/read-project.ts';
import {
  engineCommandMissing,
  engineCommandUnknown,
  engineParameterRefused,
} from '../../src/lint/rules/commands/engine-command-unknown.ts';
import {
  engineOptionRefused,
  engineValueRefused,
  secretOnCommandLine,
} from '../../src/lint/rules/commands/engine-option-refused.ts';
import { backupSetNotALabel } from '../../src/lint/rules/commands/restore-target-rules.ts';
import { type EngineVersion, parseEngineVersion } from '../../src/model/engine-version.ts';
import { indexedName, optionNamed, optionsOf } from '../../src/model/option-table.ts';
import { engineFor, engineVersionUnderTest } from '../support/engines.ts';
import { createSandbox } from '../support/sandbox.ts';

/** HOLDFAST_PROPERTY_RUNS=3000 looks at as many, from a seed of its own each time. */
const runs = Number(process.env.HOLDFAST_PROPERTY_RUNS ?? 150);
const versions = [...new Set(['2.45', engineVersionUnderTest(), '2.60'])];
const rules: readonly LintRule[] = [
  engineCommandMissing,
  engineCommandUnknown,
  engineOptionRefused,
  engineParameterRefused,
  engineValueRefused,
  secretOnCommandLine,
  backupSetNotALabel,
];

/** Errors that the engine ends with before it does anything. */
const refusals = new Set([30, 31, 32, 48, 96]);

/** With nothing but an empty repository none of these gets far, or changes anything. */
const commands = [
  'backup',
  'check',
  'expire',
  'info',
  'restore',
  'stanza-create',
  'verify',
  'annotate',
  'repo-ls',
];
/** Would go to other hosts, start other programs, read other files, or write elsewhere. */
const unsafe =
  /host|server|tls|cmd|config|log|stanza|exec|sck|io-timeout|neutral|^help$|^version$|priority|beta/;
const values = [
  'y',
  'n',
  '1',
  '0',
  '-1',
  '99',
  'full',
  'time',
  'none',
  'x',
  '/a/b',
  'a=b',
  '4GiB',
  '4KB',
  '3d',
  '10s',
];

/** Options whose being allowed only the call itself decides. */
function ownOptions(version: EngineVersion): string[] {
  return optionsOf(version)
    .filter(({ name, group, internal }) => !unsafe.test(name) && group === undefined && internal !== true)
    .filter(({ depend }) => depend === undefined || optionNamed(depend.option)?.section === 'command-line')
    .filter(({ name }) => name !== 'compress-level')
    .map((option) => indexedName(option, 1));
}

function anyWords(version: EngineVersion): Arbitrary<readonly string[]> {
  const name = oneof(
    { weight: 8, arbitrary: constantFrom(...ownOptions(version)) },
    {
      weight: 1,
      arbitrary: constantFrom('nope', 'dry-runs', 'typ', 'repo1-cipher-pass', 'pg1-path', 'repo'),
    },
  );
  const option = record({
    name,
    value: constantFrom(...values),
    form: constantFrom('value', 'value', 'switch', 'no-', 'reset-'),
  }).map((given) => {
    if (given.form === 'value') return `--${given.name}=${given.value}`;
    return given.form === 'switch' ? `--${given.name}` : `--${given.form}${given.name}`;
  });
  const command = oneof(
    { weight: 12, arbitrary: constantFrom(...commands) },
    { weight: 1, arbitrary: constantFrom('bakcup', 'list', 'info extra') },
  );
  return record({ options: array(option, { maxLength: 3 }), command }).map(({ options, command: word }) => [
    '--stanza=main',
    ...options,
    // A switch takes the next word as its value where the option has one: both must see it so.
    ...word.split(' '),
  ]);
}

/** The errors that lint foretells. */
function foretold(words: readonly string[], version: EngineVersion): ReadonlySet<number> {
  const text = `pgbackrest ${words.join(' ')}\n`;
  const project = readProject([{ file: 'a.sh', text }], {
    engineVersion: version,
    fileFacts: () => undefined,
  });
  const found = rules.flatMap((rule) => [...rule.judge(project)]);
  return new Set(found.flatMap((finding) => finding.engineError ?? []).filter((code) => refusals.has(code)));
}

describe('lint and the real engine', () => {
  it.each(versions)('have one opinion of every call (%s)', { timeout: 3_600_000 }, async (text) => {
    const binary = engineFor(text);
    await using sandbox = await createSandbox('engine-calls');
    const shown = await sandbox.mustRun(binary, ['version']);
    const version = parseEngineVersion(shown.stdout) as EngineVersion;
    const place = (name: string): string => sandbox.directory(name);
    const conf = sandbox.write(
      'pgbackrest.conf',
      `[global]\nrepo1-path=${place('repo')}\nrepo1-retention-full=2\nlock-path=${place('lock')}\nlog-path=${place('log')}\n` +
        `spool-path=${place('spool')}\nlog-level-file=off\nlog-level-console=error\n[main]\npg1-path=${place('pg')}\n` +
        `pg1-socket-path=${place('run')}\n`,
    );
    const seen = { refused: 0, taken: 0 };
    await assert(
      asyncProperty(anyWords(version), async (words) => {
        const result = await sandbox.run(binary, [`--config=${conf}`, ...words]);
        const line = `pgbackrest ${words.join(' ')}: ${result.stdout}${result.stderr}`;
        const codes = foretold(words, version);
        const isRefusal = refusals.has(result.code ?? 0);
        seen[isRefusal ? 'refused' : 'taken'] += 1;
        // Whether there is a repo2 only the file tells; what is missing comes before what is wrong.
        if (/for 'repo' option/.test(line) || result.code === 37) return;
        // Without a command that there is, options are not judged by us: the engine may stop at either.
        const hasCommand = !codes.has(30) && !codes.has(48);
        if (isRefusal && hasCommand) expect([...codes], line).toContain(result.code);
        else if (isRefusal) expect(codes.size, line).toBeGreaterThan(0);
        else expect([...codes], line).toEqual([]);
      }),
      { numRuns: runs, endOnFailure: false },
    );
    expect(seen.refused).toBeGreaterThan(runs / 10);
    expect(seen.taken).toBeGreaterThan(runs / 10);
  });
});
