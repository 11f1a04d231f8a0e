import { describe, expect, it } from 'vitest';
import { type EngineVersion, parseEngineVersion } from '../../model/engine-version.ts';
import { readOptionName } from './read-option-name.ts';

const old = parseEngineVersion('2.45') as EngineVersion;

function short(name: string, abbreviated = false): string {
  const reading = readOptionName(name, old, abbreviated);
  if (reading.kind !== 'option') return reading.kind;
  const marks = [reading.negated && 'no', reading.reset && 'reset', reading.deprecated && 'old'].filter(
    Boolean,
  );
  return [`${reading.option.name} ${reading.index}`, ...marks].join(' ');
}

describe('readOptionName', () => {
  it.each([
    ['process-max', 'process-max 1'],
    ['repo2-path', 'repo-path 2'],
    ['repo02-path', 'repo-path 2'],
    ['repo-path', 'repo-path 1 old'],
    ['retention-full', 'repo-retention-full 1 old'],
    ['db2-host', 'pg-host 2 old'],
    ['no-delta', 'delta 1 no'],
    ['reset-repo1-path', 'repo-path 1 reset'],
    ['repo1-pth', 'unknown'],
    ['no-such-thing', 'unknown'],
    ['repo-host', 'refused'],
    ['pg-path', 'refused'],
    ['repo257-path', 'refused'],
    ['process1-max', 'refused'],
    ['backup1-host', 'refused'],
    ['no-repo1-path', 'refused'],
    ['-x', 'refused'],
    [`x${'y'.repeat(64)}`, 'refused'],
  ])('%s', (name, expected) => {
    expect(short(name)).toBe(expected);
  });

  it('takes the unique beginning of a name on the command line only', () => {
    expect(short('process-m')).toBe('unknown');
    expect(short('process-m', true)).toBe('process-max 1');
    expect(short('log-level', true)).toBe('unknown');
  });
});
