import { describe, expect, it } from 'vitest';
import { appendOverrides, ownValue } from './recovery-overrides.ts';

const autoConf =
  "# Do not edit\nprimary_conninfo = 'host=a password=it''s'\nwork_mem = '4MB'\nwork_mem = '8MB'\n";

describe('appendOverrides', () => {
  it('puts them last and replaces what an earlier attempt put there', () => {
    const once = appendOverrides(autoConf, { primary_conninfo: '' });
    expect(once.startsWith(autoConf)).toBe(true);
    expect(once.endsWith("primary_conninfo = ''\n")).toBe(true);
    expect(appendOverrides(once, { hot_standby: 'on' })).toBe(
      appendOverrides(autoConf, { hot_standby: 'on' }),
    );
  });

  it('begins a line of its own', () => {
    expect(appendOverrides('a = 1', { b: 'x' })).toMatch(/^a = 1\n#[^\n]*\nb = 'x'\n$/);
  });
});

describe('ownValue', () => {
  it('is the last value before the overrides', () => {
    expect(ownValue(autoConf, 'work_mem')).toBe('8MB');
    expect(ownValue(appendOverrides(autoConf, { work_mem: '1MB' }), 'work_mem')).toBe('8MB');
  });

  it('unquotes', () => {
    expect(ownValue(autoConf, 'primary_conninfo')).toBe("host=a password=it's");
    expect(ownValue("a = 'back\\\\slash'", 'a')).toBe('back\\slash');
  });

  it('is nothing where there is none', () => {
    expect(ownValue(autoConf, 'hot_standby')).toBeUndefined();
  });
});
