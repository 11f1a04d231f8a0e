import { describe, expect, it } from 'vitest';
import { LintDocument } from '../lint-document.ts';
import { readEnvironment } from './read-environment.ts';

function pairs(text: string): readonly (readonly [string, string])[] {
  const document = new LintDocument('.env', { kind: 'environment', text });
  return (readEnvironment(document).variables ?? []).map(({ name, value }) => {
    expect(text.slice(name.start, name.end)).toBe(name.value);
    expect(text.slice(value.start, value.end)).toBe(value.value);
    return [name.value, value.value];
  });
}

describe('readEnvironment', () => {
  it('reads names and values as Compose does', () => {
    expect(
      pairs('# note\nA=1\nexport B="two words" # note\nC=\'x # y\'\nD=v # note\nE=\n\nnothing here\n'),
    ).toEqual([
      ['A', '1'],
      ['B', 'two words'],
      ['C', 'x # y'],
      ['D', 'v'],
      ['E', ''],
    ]);
  });

  it('reads an empty value with a comment as empty', () => {
    expect(pairs('A= # fill in\nB=#also\n')).toEqual([
      ['A', ''],
      ['B', ''],
    ]);
  });

  it('knows schedules in variables', () => {
    const document = new LintDocument('.env', {
      kind: 'environment',
      text: 'BACKUP_SCHEDULE_FULL="0 2 * * 0"\n',
    });
    expect(readEnvironment(document).schedules).toMatchObject([{ backupType: 'full', syntax: 'cron' }]);
  });
});
