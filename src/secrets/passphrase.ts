/** Random bytes in a passphrase: 384 bits, more than the 256 of the cipher's key. */
export const passphraseBytes = 48;

/**
 * A passphrase for a repository: 48 random bytes in base64, 64 characters that pgbackrest.conf can hold.
 *
 * @param drawBytes gives that many bytes of cryptographic randomness
 */
export function generatePassphrase(drawBytes: (count: number) => Uint8Array): string {
  return Buffer.from(drawBytes(passphraseBytes)).toString('base64');
}

/** What is lost with a passphrase, for whoever was just given one. */
export const lossOfPassphrase: readonly string[] = [
  'Whoever has this passphrase and the repository has the database.',
  'Without it nothing in the repository can be restored, by nobody: pgBackRest has no second key and no way to change it.',
  'Keep a copy where it survives this machine (a password manager, a safe), with the fingerprint beside it.',
];
