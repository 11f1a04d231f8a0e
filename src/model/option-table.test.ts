import { describe, expect, it } from 'vitest';
import { parseEngineVersion, type EngineVersion } from './engine-version.ts';
import {
  commandsOf,
  findOption,
  indexedName,
  isKnownIn,
  optionNamed,
  optionsOf,
  suggestOption,
} from './option-table.ts';

function version(text: string): EngineVersion {
  const parsed = parseEngineVersion(text);
  if (!parsed) throw new Error(`not a version: ${text}`);
  return parsed;
}

describe('option table', () => {
  it('counts the options of each release as its makers do', () => {
    expect(optionsOf(version('2.45'))).toHaveLength(165);
    expect(optionsOf(version('2.59.1'))).toHaveLength(198);
    expect(optionsOf(version('2.60.0'))).toHaveLength(200);
    expect(optionsOf()).toHaveLength(201);
  });

  it('shows an option as the version knows it', () => {
    expect(optionNamed('backup-standby', version('2.53'))).toMatchObject({
      type: 'boolean',
      default: 'false',
    });
    expect(optionNamed('backup-standby', version('2.53'))?.allowList).toBeUndefined();
    expect(optionNamed('backup-standby', version('2.54.0'))).toMatchObject({
      type: 'string-id',
      allowList: ['n', 'prefer', 'y'],
    });
    expect(optionNamed('db-timeout', version('2.45'))).toMatchObject({
      default: '1800',
      allowRange: { min: '0.1', max: '604800' },
    });
    expect(optionNamed('repo-type', version('2.45'))?.allowList).not.toContain('sftp');
    expect(optionNamed('repo-type', version('2.46'))?.allowList).toContain('sftp');
    expect(optionNamed('repo-block', version('2.45'))?.beta).toBe(true);
    expect(optionNamed('repo-block', version('2.46'))?.beta).toBeFalsy();
  });

  it('takes changes of commands back one by one', () => {
    expect(optionNamed('cmd', version('2.54.2'))?.commands).not.toContain('expire');
    expect(optionNamed('cmd', version('2.54.2'))?.commands).toContain('check');
    expect(optionNamed('cmd', version('2.55.0'))?.commands).toContain('expire');
    expect(optionNamed('cmd', version('2.58.0'))?.commands).not.toContain('check');
  });

  it('knows what came and went', () => {
    expect(isKnownIn('repo-target-time', version('2.53.1'))).toBe(false);
    expect(isKnownIn('repo-target-time', version('2.54.0'))).toBe(true);
    expect(isKnownIn('cipher-pass', version('2.59.1'))).toBe(true);
    expect(isKnownIn('cipher-pass', version('2.60.0'))).toBe(false);
  });

  it('finds options by indexed and by old names', () => {
    expect(findOption('repo2-path')).toMatchObject({
      option: { name: 'repo-path' },
      index: 2,
      deprecated: false,
    });
    expect(findOption('repo-path')).toMatchObject({
      option: { name: 'repo-path' },
      index: undefined,
      deprecated: false,
    });
    expect(findOption('repo257-path')).toBeUndefined();
    expect(findOption('repo0-path')).toBeUndefined();
    expect(findOption('process1-max')).toBeUndefined();
    expect(findOption('db-path')).toMatchObject({ name: 'pg1-path', index: 1, deprecated: true });
    expect(findOption('db3-ssh-port')).toMatchObject({ name: 'pg3-host-port', index: 3, deprecated: true });
    expect(findOption('backup-host')).toMatchObject({ name: 'repo1-host', deprecated: true });
    expect(findOption('repo2-s3-verify-ssl')).toMatchObject({
      name: 'repo2-storage-verify-tls',
      deprecated: true,
    });
    expect(findOption('archive-queue-max')).toMatchObject({
      name: 'archive-push-queue-max',
      index: undefined,
    });
    expect(findOption('repo-target-time', version('2.45'))).toBeUndefined();
  });

  it('writes a name with its index and suggests the nearest', () => {
    expect(indexedName({ name: 'repo-storage-host', group: 'repo' }, 3)).toBe('repo3-storage-host');
    expect(indexedName({ name: 'process-max' }, 3)).toBe('process-max');
    expect(suggestOption('proces-max')).toBe('process-max');
    expect(suggestOption('repo2-bundle-siz')).toBe('repo2-bundle-size');
    expect(suggestOption('nonsense-entirely')).toBeUndefined();
  });

  it('lists commands for people only', () => {
    expect(commandsOf()).toContain('backup');
    expect(commandsOf()).not.toContain('repo-put');
  });
});
