/**
 * How a break-glass kit is made, so that tar and openssl open it: a tar with instructions, and in it a tar encrypted as
 * `openssl enc` does it. The runbook prints the commands.
 */
export const kitFormat = {
  version: 1,
  /** Folder of the outer tar. */
  outer: 'holdfast-kit',
  /** The encrypted tar in it. */
  sealed: 'kit.tar.enc',
  /** Folder of the inner tar: everything that is in the kit. */
  inner: 'kit',
  /** Rounds of PBKDF2 with SHA-256 (openssl-enc(1), -iter): what OWASP's cheat sheet on passwords asks for. */
  iterations: 600_000,
} as const;

/** What opens the encrypted tar. @param passphrase option of openssl for it; without it openssl asks */
export function openCommand(file: string, passphrase = ''): string {
  return `openssl enc -d -aes-256-cbc -pbkdf2 -iter ${kitFormat.iterations} -md sha256${passphrase === '' ? '' : ` ${passphrase}`} -in ${file}`;
}
