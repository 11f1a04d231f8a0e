/** One step of a rotation, in the order in which they are done. */
export interface RotationStep {
  readonly name: 'generate' | 'add' | 'fill' | 'prove' | 'overlap' | 'remove' | 'clean-up';
  readonly title: string;
  /** When it may be done: an ISO time, or undefined for as soon as the step before it is done. */
  readonly notBefore: string | undefined;
  /** Full sentences. */
  readonly why: string;
  readonly commands: readonly string[];
  /** The change of holdfast.yaml, as `diff -u` prints it. */
  readonly diff: string | undefined;
}

/** How a repository gets another passphrase: a plan to be read and done by people. Nothing applies it. */
export interface RotationPlan {
  readonly stanza: string;
  readonly repository: string;
  readonly newRepository: { readonly name: string; readonly path: string; readonly passphrase: string };
  /** From when to when both are kept; `until` is undefined where the retention gives no date. */
  readonly overlap: { readonly from: string; readonly until: string | undefined; readonly reason: string };
  readonly steps: readonly RotationStep[];
  readonly warnings: readonly string[];
}
