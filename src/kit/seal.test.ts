import { describe, expect, it } from 'vitest';
import { seal, unseal } from './seal.ts';

const passphrase = 'seven quiet otters paint the northern harbour';
const made = seal(Buffer.from('what is in it'), passphrase, Buffer.from('saltsalt'));

describe('the seal of a kit', () => {
  it('opens with its passphrase', () => {
    expect(unseal(made.bytes, made.seal, passphrase, 'kit').toString()).toBe('what is in it');
  });

  it('tells a wrong passphrase from a damaged copy', () => {
    expect(() => unseal(made.bytes, made.seal, `${passphrase} `, 'kit')).toThrow(/not that of this kit/);
    const damaged = Buffer.from(made.bytes);
    damaged[20] = (damaged[20] ?? 0) ^ 1;
    expect(() => unseal(damaged, made.seal, passphrase, 'kit')).toThrow(/damaged/);
  });

  it('tells who changed it and its checksum too, but had no passphrase', () => {
    const other = seal(
      Buffer.from('something else'),
      'another passphrase altogether',
      Buffer.from('saltsalt'),
    );
    const forged = { ...made.seal, sha256: other.seal.sha256 };
    expect(() => unseal(other.bytes, forged, passphrase, 'kit')).toThrow(/somebody changed it/);
  });
});
