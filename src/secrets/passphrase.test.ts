import { createHash, randomBytes } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fingerprintOf } from './fingerprint.ts';
import { judgePassphrase } from './passphrase-strength.ts';
import { generatePassphrase } from './passphrase.ts';

describe('a generated passphrase', () => {
  it('is 48 bytes in base64', () => {
    const asked: number[] = [];
    const passphrase = generatePassphrase((count) => {
      asked.push(count);
      return new Uint8Array(count).fill(251);
    });
    expect(asked).toEqual([48]);
    expect(passphrase).toBe('+/v7'.repeat(16));
  });

  it('is strong, whatever comes out', () => {
    for (let count = 0; count < 300; count += 1)
      expect(judgePassphrase(generatePassphrase(randomBytes)).grade).toBe('strong');
  });
});

describe('the strength of a passphrase', () => {
  it.each([
    ['pgBackRest', 'known'],
    ['your-strong-encryption-password', 'known'],
    ['<strong-password>', 'known'],
    ['changeme', 'known'],
    ['correct horse battery staple', 'known'],
    ['hunter2', 'weak'],
    ['summer2026!', 'weak'],
    ['aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 'weak'],
    ['abcabcabcabcabcabcabcabcabcabcabcabc', 'weak'],
    ['plum orbit lantern velvet', 'weak'],
    ['x7#Kd92!mQz0', 'short'],
    ['0f1e2d3c4b5a69788796a5b4c3d2e1f00918273645', 'strong'],
    ['add11f84c98d9d8d2ffea317c89aaed7', 'strong'],
    ['kR8!z2Vq9#Lm4@Xc7$Tb1%Hn', 'strong'],
  ])('%s is %s', (passphrase, grade) => {
    expect(judgePassphrase(passphrase).grade).toBe(grade);
  });
});

describe('a fingerprint', () => {
  it('is sixteen digits that do not change from version to version', () => {
    expect(fingerprintOf('x')).toMatch(/^[0-9a-f]{4}(?:-[0-9a-f]{4}){3}$/);
    expect(fingerprintOf('x')).toBe('5052-c5a7-489d-44c0');
  });

  it('is not the digest of the secret', () => {
    expect(createHash('sha256').update('x').digest('hex')).not.toContain(fingerprintOf('x').slice(0, 4));
  });

  it('differs where secrets differ', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (left, right) => {
        expect(fingerprintOf(left) === fingerprintOf(right)).toBe(left === right);
      }),
    );
  });
});
