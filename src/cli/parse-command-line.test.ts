import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Failure, isFailure } from '../model/failure.ts';
import { globalOptions } from './command-definition.ts';
import { commandDefinitions } from './definitions/all.ts';
import { parseCommandLine } from './parse-command-line.ts';

function failureOf(argv: readonly string[]): Failure {
  try {
    parseCommandLine(argv);
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error(`no failure for ${argv.join(' ')}`);
}

describe('parseCommandLine', () => {
  it('reads global options before and after the command', () => {
    for (const argv of [
      ['--stanza', 'main', '--json', 'info'],
      ['info', '--json', '--stanza=main'],
    ]) {
      const { definition, globals } = parseCommandLine(argv);
      expect(definition.name).toBe('info');
      expect(globals).toMatchObject({ stanza: 'main', json: true, yes: false, color: true });
    }
  });

  it('reads switches, values, lists and negations by the names of the definition', () => {
    const backup = parseCommandLine(['backup', '--repo', 'a', '--type', 'full', '--repo=b', '--no-color']);
    expect(backup.input.values('repo')).toEqual(['a', 'b']);
    expect(backup.input.values('annotation')).toEqual([]);
    expect(backup.input.value('type')).toBe('full');
    expect(backup.globals.color).toBe(false);
    expect(parseCommandLine(['setup', '--no-backup']).input.flag('no-backup')).toBe(true);
    expect(parseCommandLine(['setup']).input.flag('no-backup')).toBe(false);
    expect(parseCommandLine(['journal', 'x']).input.argument('id')).toBe('x');
    expect(parseCommandLine(['journal']).input.argument('id')).toBeUndefined();
  });

  it('calls a name that is not defined a bug', () => {
    expect(() => parseCommandLine(['info']).input.flag('into')).toThrow(/has no option into/);
  });

  it.each([
    [['bakup'], /unknown command 'bakup'/, /Did you mean backup\?/],
    [['backup', '--tpye', 'full'], /unknown option '--tpye'/, /Did you mean --type\?/],
    [['backup', '--type', 'whole'], /'whole' is invalid/, /holdfast backup --help/],
    [['backup', '--type'], /argument missing/, /holdfast backup --help/],
    [['render'], /missing required argument 'target'/, /holdfast render --help/],
    [['info', 'extra'], /too many arguments/, /holdfast info --help/],
    [['--json'], /no command was given/, /holdfast --help/],
  ])('refuses %j', (argv, problem, hint) => {
    const failure = failureOf(argv);
    expect(failure.code).toBe(64);
    expect(failure.problem).toMatch(problem);
    expect(failure.hint).toMatch(hint);
  });

  it('ends with a result or a usage failure, whatever it is given', () => {
    const known = commandDefinitions.flatMap((definition) => [
      definition.name,
      ...definition.options.map((option) => `--${option.name}`),
      ...globalOptions.map((option) => `--${option.name}`),
    ]);
    const word = fc.oneof(
      fc.string(),
      fc.constantFrom(...known, '--', '-', '__proto__', 'constructor', '-c', '--no-'),
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 8 }), (argv) => {
        try {
          expect(parseCommandLine(argv).definition.name).toBeTypeOf('string');
        } catch (error) {
          if (!isFailure(error, 'usage')) throw error;
        }
      }),
      { numRuns: 1000 },
    );
  });
});
