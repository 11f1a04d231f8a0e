import { createHash } from 'node:crypto';

/** Keeps the digest of a passphrase from being the digest of anything else. */
const domain = 'holdfast passphrase fingerprint, version 1\n';

/**
 * Sixteen hexadecimal digits by which people know a secret again without seeing it: written beside the copy in the
 * safe, it tells whether that copy is the one that the repository needs.
 *
 * It is a plain hash: of a secret that can be guessed it would tell whoever sees it that the guess was right. So it is
 * shown only of strong ones (passphrase-strength.ts).
 */
export function fingerprintOf(secret: string): string {
  const digest = createHash('sha256').update(domain).update(secret, 'utf8').digest('hex');
  return digest.slice(0, 16).replaceAll(/(.{4})(?=.)/g, '$1-');
}
