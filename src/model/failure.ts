/**
 * The closed, numbered list of everything that can go wrong and is not a bug.
 *
 * The number is the exit code of the process; 64 and above are usage, configuration and run failures, 0 to 2 are
 * left to findings (the convention of monitoring plugins). Numbers are never reused. The form of the text follows
 * pgBackRest's own (CODING.md): lower case, no full stop, then a `HINT:` line.
 */
export const failureCodes = {
  usage: 64,
  'config-missing': 65,
  'config-invalid': 66,
  'secret-unavailable': 67,
  'not-permitted': 68,
  'engine-missing': 69,
  'engine-unsupported': 70,
  'engine-configuration': 71,
  'engine-failed': 72,
  'engine-busy': 73,
  'repository-unreachable': 74,
  'repository-damaged': 75,
  'passphrase-wrong': 76,
  'stanza-missing': 77,
  'stanza-mismatch': 78,
  'server-unreachable': 79,
  'server-running': 80,
  'server-failed': 81,
  'server-settings': 82,
  'archive-failed': 83,
  'target-invalid': 84,
  'target-unreachable': 85,
  'preflight-refused': 86,
  'disk-full': 87,
  'operation-unfinished': 88,
  'proof-failed': 89,
  'undo-impossible': 90,
  'edited-by-hand': 91,
  'consent-needed': 92,
  'journal-damaged': 93,
  'not-available-yet': 94,
  'backup-incomplete': 95,
  'timed-out': 96,
  'file-unusable': 97,
  'nothing-found': 98,
  'lease-held': 99,
  'lease-lost': 100,
  'daemon-running': 101,
  'daemon-unreachable': 102,
  'listen-failed': 103,
  'drill-failed': 104,
  interrupted: 130,
} as const;

export type FailureKind = keyof typeof failureCodes;

/** Everything a failure can carry. `place` is a file, host, repository or stanza; `details` goes into `--json`. */
export interface FailureFields {
  /** What was attempted, as a verb phrase: `restore stanza main`. */
  readonly operation: string;
  /** Where: a file with line, a host, a repository, a data directory. */
  readonly place?: string | undefined;
  /** Why it failed: lower case, no full stop. */
  readonly problem: string;
  /** What to do next: one or more full sentences. */
  readonly hint?: string | undefined;
  /** Facts for `--json`, never secrets. */
  readonly details?: Readonly<Record<string, unknown>> | undefined;
  readonly cause?: unknown;
}

/** A failure of the closed list. What is thrown and is not a Failure is a bug and is printed as one. */
export class Failure extends Error {
  readonly kind: FailureKind;
  readonly code: number;
  readonly operation: string;
  readonly place: string | undefined;
  readonly problem: string;
  readonly hint: string | undefined;
  readonly details: Readonly<Record<string, unknown>> | undefined;

  constructor(kind: FailureKind, fields: FailureFields) {
    super(describe(fields), fields.cause === undefined ? undefined : { cause: fields.cause });
    this.name = 'Failure';
    this.kind = kind;
    this.code = failureCodes[kind];
    this.operation = fields.operation;
    this.place = fields.place;
    this.problem = fields.problem;
    this.hint = fields.hint;
    this.details = fields.details;
  }

  /** The failure as `--json` prints it. */
  toJSON(): Record<string, unknown> {
    return {
      kind: this.kind,
      code: this.code,
      operation: this.operation,
      ...(this.place === undefined ? {} : { place: this.place }),
      problem: this.problem,
      ...(this.hint === undefined ? {} : { hint: this.hint }),
      ...(this.details === undefined ? {} : { details: this.details }),
    };
  }
}

function describe(fields: FailureFields): string {
  const place = fields.place === undefined ? '' : ` (${fields.place})`;
  return `${fields.operation}${place}: ${fields.problem}`;
}

/** True for a failure of one of the given kinds; narrows unknown errors in catch blocks. */
export function isFailure(error: unknown, ...kinds: FailureKind[]): error is Failure {
  return error instanceof Failure && (kinds.length === 0 || kinds.includes(error.kind));
}
