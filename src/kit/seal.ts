import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  pbkdf2Sync,
  timingSafeEqual,
} from 'node:crypto';
import { Failure } from '../model/failure.ts';
import { kitFormat } from '../model/kit-format.ts';

/** What stands beside the encrypted part, for everybody to read. */
export interface Seal {
  readonly kitVersion: 1;
  readonly cipher: 'aes-256-cbc';
  readonly keyDerivation: 'pbkdf2-sha256';
  readonly iterations: number;
  /** Of the encrypted file: tells a damaged copy without any passphrase. */
  readonly sha256: string;
  /** Tells a wrong passphrase from a kit that somebody changed. */
  readonly verifier: string;
  /** HMAC-SHA256 of the encrypted file, with a key that only the passphrase gives. */
  readonly hmac: string;
}

const magic = Buffer.from('Salted__', 'latin1');

/**
 * Encrypts as `openssl enc -aes-256-cbc -pbkdf2 -iter N -md sha256` does (openssl-enc(1), apps/enc.c: eight bytes of
 * magic, eight of salt, then CBC). openssl has no authenticated form there, so that a HMAC over all of it stands beside:
 * its key is what PBKDF2 gives after key and initialization vector.
 *
 * @param salt eight random bytes
 */
export function seal(
  plain: Buffer,
  passphrase: string,
  salt: Buffer,
): { readonly bytes: Buffer; readonly seal: Seal } {
  const { key, iv, macKey } = deriveKeys(passphrase, salt, kitFormat.iterations);
  const cipher = createCipheriv('aes-256-cbc', key, iv);
  const bytes = Buffer.concat([magic, salt, cipher.update(plain), cipher.final()]);
  return {
    bytes,
    seal: {
      kitVersion: kitFormat.version,
      cipher: 'aes-256-cbc',
      keyDerivation: 'pbkdf2-sha256',
      iterations: kitFormat.iterations,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      verifier: verifierOf(macKey),
      hmac: createHmac('sha256', macKey).update(bytes).digest('hex'),
    },
  };
}

/** @throws Failure file-unusable when it is damaged or was changed, passphrase-wrong */
export function unseal(bytes: Buffer, found: Seal, passphrase: string, place: string): Buffer {
  const digest = createHash('sha256').update(bytes).digest('hex');
  if (digest !== found.sha256 || !bytes.subarray(0, 8).equals(magic)) throw changed(place, 'it is damaged');
  const { key, iv, macKey } = deriveKeys(passphrase, bytes.subarray(8, 16), found.iterations);
  if (!same(verifierOf(macKey), found.verifier)) {
    throw new Failure('passphrase-wrong', {
      operation: 'open the break-glass kit',
      place,
      problem: 'the passphrase is not that of this kit',
      hint: 'It is the passphrase of the kit, not the one of a repository.',
    });
  }
  if (!same(createHmac('sha256', macKey).update(bytes).digest('hex'), found.hmac))
    throw changed(place, 'somebody changed it who did not know the passphrase');
  const decipher = createDecipheriv('aes-256-cbc', key, iv);
  return Buffer.concat([decipher.update(bytes.subarray(16)), decipher.final()]);
}

function deriveKeys(
  passphrase: string,
  salt: Buffer,
  iterations: number,
): { readonly key: Buffer; readonly iv: Buffer; readonly macKey: Buffer } {
  const derived = pbkdf2Sync(passphrase, salt, iterations, 80, 'sha256');
  return { key: derived.subarray(0, 32), iv: derived.subarray(32, 48), macKey: derived.subarray(48) };
}

function verifierOf(macKey: Buffer): string {
  return createHmac('sha256', macKey).update('holdfast kit passphrase').digest('hex').slice(0, 16);
}

function same(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)];
  return left.length === right.length && timingSafeEqual(left, right);
}

function changed(place: string, problem: string): Failure {
  return new Failure('file-unusable', {
    operation: 'open the break-glass kit',
    place,
    problem,
    hint: 'Take another copy of it, or make a new kit with `holdfast kit create`.',
  });
}
