export type Severity = 'critical' | 'warning' | 'advice';

/** One thing wrong, with how it was seen and what to do. */
export interface Finding {
  /** Stable rule name, `archive-not-arriving`. */
  readonly rule: string;
  readonly severity: Severity;
  /** What it is about: `stanza main`, `repository offsite`. */
  readonly subject: string;
  /** What is wrong: lower case, no full stop. */
  readonly problem: string;
  /** What was seen, in the words of what was asked. */
  readonly evidence: string;
  readonly remedy: string;
}

/** Exit code for a set of findings: 0 ok, 1 warning, 2 critical. */
export function findingsExitCode(findings: readonly Pick<Finding, 'severity'>[]): 0 | 1 | 2 {
  if (findings.some((finding) => finding.severity === 'critical')) return 2;
  return findings.some((finding) => finding.severity === 'warning') ? 1 : 0;
}
