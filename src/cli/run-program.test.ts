import { describe, expect, it } from 'vitest';
import { commandDefinitions } from './definitions/all.ts';
import { findHelp } from './run-program.ts';

describe('findHelp', () => {
  it('gives the general help', () => {
    for (const argv of [[], ['--help'], ['-h'], ['help'], ['--json', '-h']]) {
      expect(findHelp(argv, 100)).toMatch(/^Holdfast backs PostgreSQL up/);
    }
  });

  it('gives the help of a command, with its exit codes and examples', () => {
    for (const argv of [
      ['restore', '--help'],
      ['help', 'restore'],
      ['restore', '--to', 'latest', '-h'],
    ]) {
      const help = findHelp(argv, 100) ?? '';
      expect(help).toMatch(/^Usage: holdfast restore \[options\]/);
      expect(help).toMatch(/Examples:/);
      expect(help).toMatch(/ {2}84 {3}the restore target cannot be understood/);
    }
  });

  it('leaves everything else to the parser', () => {
    expect(findHelp(['info'], 100)).toBeUndefined();
    expect(findHelp(['bakup', '--help'], 100)).toBeUndefined();
    expect(findHelp(['journal', '--', '--help'], 100)).toBeUndefined();
  });

  it('folds to the width of the terminal', () => {
    for (const definition of commandDefinitions) {
      const lines = (findHelp([definition.name, '--help'], 80) ?? '').split('\n');
      // Examples are commands: they are not folded.
      const folded = lines.filter((line) => !/^ {2}(holdfast|#) /.test(line));
      expect(Math.max(...folded.map((line) => line.length))).toBeLessThanOrEqual(80);
    }
  });

  it('has an example, a summary and a description for every command', () => {
    for (const definition of commandDefinitions) {
      expect(definition.examples.length).toBeGreaterThan(0);
      expect(definition.description.length).toBeGreaterThan(0);
      expect(definition.summary).toMatch(/^[a-z].*[^.]$/);
    }
  });
});
