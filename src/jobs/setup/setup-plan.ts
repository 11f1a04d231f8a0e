/** The consents that steps may need; each is an option of `holdfast setup`. */
export type SetupConsent = 'restart' | 'replace-archive-command' | 'stanza-upgrade' | 'force';

/**
 * Where a step is.
 * - `done`: seen to be as it should.
 * - `to-do`: will be done by applying the plan.
 * - `needs-consent`: will be done only with the named consent.
 * - `needs-restart`: written already, in force after the restart step.
 * - `waiting`: cannot be done by Holdfast, or not yet; the reason says what is missing.
 * - `skipped`: not the business of this host.
 */
export type SetupStepState = 'done' | 'to-do' | 'needs-consent' | 'needs-restart' | 'waiting' | 'skipped';

/** What a step does; the kind decides, together with its subject, what is carried out. */
export type SetupStepKind =
  | 'directory'
  | 'report-key'
  | 'file'
  | 'server'
  | 'setting'
  | 'role'
  | 'authentication'
  | 'heartbeat'
  | 'restart'
  | 'stanza-create'
  | 'stanza-upgrade'
  | 'check'
  | 'backup';

export interface SetupStep {
  readonly kind: SetupStepKind;
  /** Path, name of the setting, role, stanza or repository. */
  readonly subject: string;
  readonly state: SetupStepState;
  readonly title: string;
  /** What was seen, and why it is or is not to be done. */
  readonly reason: string;
  /** What a person could type instead. Never contains a secret. */
  readonly commands: readonly string[];
  readonly consent?: SetupConsent | undefined;
  /** Value a setting gets. */
  readonly value?: string | undefined;
  /** Difference of a generated file; secrets are masked. */
  readonly difference?: string | undefined;
}

/** Everything that setting a stanza up on this host would do, in order: data. */
export interface SetupPlan {
  readonly stanza: string;
  readonly steps: readonly SetupStep[];
}

/** Steps that a plan would carry out, given the consents. */
export function stepsToDo(plan: SetupPlan, consents: ReadonlySet<SetupConsent>): SetupStep[] {
  return plan.steps.filter((step) => isReady(step, consents));
}

/** True when applying the plan would carry this step out. */
export function isReady(step: SetupStep, consents: ReadonlySet<SetupConsent>): boolean {
  return (
    step.state === 'to-do' ||
    (step.state === 'needs-consent' && step.consent !== undefined && consents.has(step.consent))
  );
}

/** Steps that stay undone for want of consent or of something Holdfast cannot do. */
export function stepsHeldUp(plan: SetupPlan, consents: ReadonlySet<SetupConsent>): SetupStep[] {
  return plan.steps.filter(
    (step) =>
      step.state === 'waiting' ||
      step.state === 'needs-restart' ||
      (step.state === 'needs-consent' && !isReady(step, consents)),
  );
}

/** True when nothing is left: a second run changes nothing. */
export function isSetupComplete(plan: SetupPlan): boolean {
  return plan.steps.every((step) => step.state === 'done' || step.state === 'skipped');
}
