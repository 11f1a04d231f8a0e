import { describe, expect, it } from 'vitest';
import { judgeSecrets } from './judge-secrets.ts';
import type { ObservedSecret, ObservedSecretFile } from './secret-observations.ts';

const file: ObservedSecretFile = {
  path: '/etc/holdfast/p',
  mode: 0o600,
  owner: 'postgres',
  ownerFits: true,
  openDirectory: undefined,
};

const passphrase: ObservedSecret = {
  use: {
    key: 'stanzas.main.repositories.offsite.encryption.passphrase',
    reference: { kind: 'file', path: file.path },
    kind: 'passphrase',
    repository: { stanza: 'main', name: 'offsite', key: 1 },
  },
  problem: undefined,
  strength: { grade: 'strong', bits: 300 },
  fingerprint: '0000-1111-2222-3333',
  file,
  proof: { result: 'proven', evidence: 'pgbackrest read backup.info of the repository with it.' },
};

function rules(secret: Partial<ObservedSecret>, environmentFile?: ObservedSecretFile): readonly string[] {
  return judgeSecrets({ secrets: [{ ...passphrase, ...secret }], environmentFile }).map(
    ({ severity, rule }) => `${severity} ${rule}`,
  );
}

describe('secrets', () => {
  it('are fine when they are', () => {
    expect(rules({}, file)).toEqual([]);
  });

  it.each([
    [{ file: { ...file, mode: 0o644 } }, ['critical secret-readable-by-others']],
    [{ file: { ...file, mode: 0o640 } }, ['warning secret-readable-by-others']],
    [{ file: { ...file, mode: 0o400 } }, []],
    [{ file: { ...file, ownerFits: false, owner: 'www-data' } }, ['warning secret-owned-by-other']],
    [{ file: { ...file, openDirectory: '/srv' } }, ['warning secret-replaceable']],
    [{ problem: 'the variable is not set' }, ['critical secret-unavailable']],
    [{ strength: { grade: 'known', bits: 200 } as const }, ['critical weak-passphrase']],
    [{ strength: { grade: 'weak', bits: 40 } as const }, ['critical weak-passphrase']],
    [{ strength: { grade: 'short', bits: 100 } as const }, ['warning weak-passphrase']],
    [{ proof: { result: 'refuted', evidence: 'No.' } as const }, ['critical passphrase-does-not-open']],
    [{ proof: { result: 'unproven', evidence: 'Empty.' } as const }, ['warning passphrase-unproven']],
    [
      { use: { ...passphrase.use, reference: { kind: 'literal', value: 'x' } as const } },
      ['warning literal-secret'],
    ],
    [
      {
        use: { ...passphrase.use, kind: 'identifier', reference: { kind: 'literal', value: 'x' } } as const,
        strength: undefined,
        proof: undefined,
      },
      [],
    ],
  ])('%j', (secret, expected) => {
    expect(rules(secret)).toEqual(expected);
  });

  it('are told by the file that they come from, once', () => {
    const open = { ...file, path: '/etc/holdfast/.env', mode: 0o604 };
    expect(rules({ file: undefined }, open)).toEqual(['critical secret-readable-by-others']);
  });

  it('should be one for each repository', () => {
    const other = {
      ...passphrase,
      use: { ...passphrase.use, key: 'stanzas.main.repositories.b.encryption.passphrase' },
    };
    const findings = judgeSecrets({ secrets: [passphrase, other], environmentFile: undefined });
    expect(findings.map(({ severity, rule }) => `${severity} ${rule}`)).toEqual(['advice passphrase-reused']);
  });

  it('never tell a literal', () => {
    const literal = {
      ...passphrase,
      use: { ...passphrase.use, reference: { kind: 'literal', value: 'hunter2' } as const },
    };
    const findings = judgeSecrets({
      secrets: [{ ...literal, problem: 'it is empty' }, literal],
      environmentFile: undefined,
    });
    expect(JSON.stringify(findings)).not.toContain('hunter2');
  });
});
