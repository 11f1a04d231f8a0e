import { describe, expect, it } from 'vitest';
import { type EngineVersion, parseEngineVersion } from '../../model/engine-version.ts';
import { readConfText } from '../conf/read-conf-text.ts';
import { readOptionName } from '../resolve/read-option-name.ts';
import { resolveOptions } from '../resolve/resolve-options.ts';
import { harmlessArguments, harmlessValue } from './harmless-values.ts';

const version = parseEngineVersion('2.45') as EngineVersion;
const target = { version, command: 'info', directory: '/tmp/x' };

function replace(name: string, value: string): string | undefined {
  const reading = readOptionName(name, version);
  return reading.kind === 'option' ? harmlessValue(reading.option, value, target) : undefined;
}

describe('harmlessValue', () => {
  it('leads paths, hosts and programs away', () => {
    expect(replace('lock-path', '/run/lock')).toBe('/tmp/x/lock');
    expect(replace('pg1-path', '/var/lib/postgresql')).toBe('/tmp/x/pg');
    expect(replace('repo1-s3-endpoint', 's3.amazonaws.com')).toBe('127.0.0.1');
    expect(replace('cmd-ssh', '/usr/bin/ssh')).toBe('/bin/false');
  });

  it('keeps equal paths of repositories equal, and others apart', () => {
    expect(replace('repo1-path', '/a')).toBe(replace('repo2-path', '/a/'));
    expect(replace('repo1-path', '/a')).not.toBe(replace('repo1-path', '/b'));
  });

  it('leaves what the engine would refuse, and what leads nowhere', () => {
    expect(replace('lock-path', 'relative')).toBeUndefined();
    expect(replace('pg1-port', '99999')).toBeUndefined();
    expect(replace('repo1-path', '')).toBeUndefined();
    expect(replace('repo1-cipher-pass', 'p')).toBeUndefined();
    expect(replace('process-max', '4')).toBeUndefined();
  });
});

describe('harmlessArguments', () => {
  it('gives what nobody gave and whose default is real, and nothing that the command does not take', () => {
    const text =
      '[global]\nlock-path=/run/x\nrepo1-type=s3\nrepo1-s3-bucket=b\nrepo1-s3-endpoint=e\nrepo1-s3-region=r\nrepo1-s3-key=k\nrepo1-s3-key-secret=s\n';
    const resolved = resolveOptions({
      version,
      command: 'info',
      sources: [readConfText(text, 'f')],
      environment: {},
      arguments: [],
    });
    const names = harmlessArguments(resolved, target).map((word) => word.split('=')[0]);
    expect(names).toEqual([
      '--io-timeout',
      '--log-level-console',
      '--log-level-stderr',
      '--log-level-file',
      '--cmd-ssh',
      '--repo1-storage-host',
      '--repo1-storage-port',
      '--repo1-storage-ca-file',
    ]);
  });
});
