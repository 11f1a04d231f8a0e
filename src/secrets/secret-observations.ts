import type { PassphraseStrength } from './passphrase-strength.ts';
import type { SecretUse } from './secret-uses.ts';

/** A file that holds secrets, as it lies there. */
export interface ObservedSecretFile {
  readonly path: string;
  /** Permission bits; undefined when it could not be looked at. */
  readonly mode: number | undefined;
  readonly owner: string | undefined;
  /** Whether that owner is root or the user that runs pgBackRest. */
  readonly ownerFits: boolean;
  /** A directory above it that others may write to, and so could put another file in its place. */
  readonly openDirectory: string | undefined;
}

/** Whether the passphrase that holdfast.yaml names opens the repository, and how that is known. */
export interface PassphraseProof {
  /**
   * `proven`: the engine read a file of the repository with it. `refuted`: there is such a file and the passphrase does
   * not open it. `unproven`: nothing there to try it on, or it could not be reached.
   */
  readonly result: 'proven' | 'refuted' | 'unproven';
  /** What was tried and seen: full sentence. */
  readonly evidence: string;
}

/** One secret as it was found; never its value. */
export interface ObservedSecret {
  readonly use: SecretUse;
  /** Undefined when it was found. */
  readonly problem: string | undefined;
  /** Only for passphrases. */
  readonly strength: PassphraseStrength | undefined;
  /** Only of passphrases that are strong. */
  readonly fingerprint: string | undefined;
  readonly file: ObservedSecretFile | undefined;
  /** Only for passphrases that were found. */
  readonly proof: PassphraseProof | undefined;
}

export interface SecretObservations {
  readonly secrets: readonly ObservedSecret[];
  /** The `.env` beside holdfast.yaml, where a secret comes from it. */
  readonly environmentFile: ObservedSecretFile | undefined;
}
