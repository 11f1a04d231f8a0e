import { describe, expect, it } from 'vitest';
import { Failure } from '../model/failure.ts';
import type { SecretReference } from '../model/secret.ts';
import { readSecretReference } from './read-secret-reference.ts';
import { resolveSecret, type SecretDependencies } from './secrets.ts';

const deps: SecretDependencies = {
  env: { SET: 'from-env', EMPTY: '' },
  readText: async (path) => {
    if (path === '/secret') return 'from-file\n';
    if (path === '/two') return 'hunter2\nhunter3\n';
    throw Object.assign(new Error('EACCES: permission denied, hunter2'), { code: 'EACCES' });
  },
  runShell: async (command) => {
    if (command === 'ok') return 'from-command\n';
    throw new Error('the command printed hunter2');
  },
};

async function failureOf(reference: SecretReference): Promise<Failure> {
  const result = await resolveSecret(reference, deps).catch((error: unknown) => error);
  if (!(result instanceof Failure)) throw new Error('it did not fail');
  return result;
}

describe('readSecretReference', () => {
  it('tells the kinds apart', () => {
    expect(readSecretReference('${A_1}')).toEqual({ kind: 'environment', name: 'A_1' });
    expect(readSecretReference('file:/a b')).toEqual({ kind: 'file', path: '/a b' });
    expect(readSecretReference('exec: pass x')).toEqual({ kind: 'command', command: 'pass x' });
    expect(readSecretReference('s3cr$t')).toEqual({ kind: 'literal', value: 's3cr$t' });
  });

  it('refuses half a reference, a relative file and what is not text', () => {
    for (const value of ['a${B}', 'file:x', 'file:', 'exec: ', '', ' ', 'a\nb', 12, null, undefined, {}]) {
      expect(readSecretReference(value)).toBeUndefined();
    }
  });
});

describe('resolveSecret', () => {
  it('looks every kind up, without the newline at the end', async () => {
    expect(await resolveSecret({ kind: 'environment', name: 'SET' }, deps)).toBe('from-env');
    expect(await resolveSecret({ kind: 'file', path: '/secret' }, deps)).toBe('from-file');
    expect(await resolveSecret({ kind: 'command', command: 'ok' }, deps)).toBe('from-command');
    expect(await resolveSecret({ kind: 'literal', value: 'here' }, deps)).toBe('here');
  });

  it('fails by name and never tells the value', async () => {
    const references: SecretReference[] = [
      { kind: 'environment', name: 'UNSET' },
      { kind: 'environment', name: 'EMPTY' },
      { kind: 'file', path: '/nope' },
      { kind: 'file', path: '/two' },
      { kind: 'command', command: 'fails' },
      { kind: 'literal', value: ' hunter2' },
    ];
    for (const reference of references) {
      const failure = await failureOf(reference);
      expect(failure.kind).toBe('secret-unavailable');
      expect(`${failure.message} ${failure.hint ?? ''} ${JSON.stringify(failure)}`).not.toContain('hunter');
      if (reference.kind === 'command') expect(failure.cause).toBeUndefined();
    }
  });
});
