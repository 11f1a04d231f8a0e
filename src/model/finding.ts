export type Severity = 'critical' | 'warning' | 'advice';

/** One thing wrong, with how it was seen and what to do. */
export interface Finding {
  /** Stable rule name, `archive-not-arriving`. */
  readonly rule: string;
  readonly severity: Severity;
  /**
   * What it is about: `stanza main, repository offsite`. With the rule it is the finding's identity, so nothing that
   * changes from look to look (a count, a time) is in it.
   */
  readonly subject: string;
  /** For labels of metrics and messages; undefined where it is not about one. */
  readonly stanza?: string | undefined;
  readonly repository?: string | undefined;
  /** What is wrong: lower case, no full stop. */
  readonly problem: string;
  /** What was seen, in the words of what was asked. */
  readonly evidence: string;
  readonly remedy: string;
}

/** Two findings with the same identity are the same one, seen twice. */
export function identifyFinding({ rule, subject }: Pick<Finding, 'rule' | 'subject'>): string {
  return `${rule} ${subject}`;
}

/**
 * Subject and labels of what is wrong with a stanza or with one of its repositories: every rule about them uses it, so
 * that one thing has one name everywhere.
 */
export function findingPlace(
  stanza: string,
  repository?: string,
): Required<Pick<Finding, 'subject' | 'stanza' | 'repository'>> {
  return {
    subject: repository === undefined ? `stanza ${stanza}` : `stanza ${stanza}, repository ${repository}`,
    stanza,
    repository,
  };
}

/** A finding with when it was first and last seen, epoch milliseconds. */
export interface KnownFinding extends Finding {
  readonly since: number;
  readonly lastSeenAt: number;
  /** Undefined: it is still there. */
  readonly endedAt: number | undefined;
  /**
   * Why nobody can say now whether it is still there; it counts as there until a look that could see it says otherwise.
   * Undefined: it was seen in the last assessment.
   */
  readonly unseenBecause?: string | undefined;
  /**
   * True: it was looked for and is not there. It has come and gone so often that its end waits, so that it is not told each
   * time; what is wrong now has nothing to do with it.
   */
  readonly isAway?: boolean | undefined;
}

/** Whether a finding is part of what is wrong now, and not only held open because it comes and goes. */
export function isPresent({ isAway }: Pick<Finding, 'rule'> & Pick<KnownFinding, 'isAway'>): boolean {
  return isAway !== true;
}

/**
 * What became of a finding, for those who tell or heal. `changed`: its severity is another, or what is wrong is. A
 * restart of the daemon alone makes none of them.
 */
export interface FindingEvent {
  readonly kind: 'began' | 'changed' | 'ended';
  readonly finding: KnownFinding;
  /** Epoch milliseconds. */
  readonly at: number;
  /** How many times it began within the last hour, this one counted: more than two is flapping, and its end is held. */
  readonly recently: number;
}

/** Exit code for a set of findings: 0 ok, 1 warning, 2 critical. */
export function findingsExitCode(findings: readonly Pick<Finding, 'severity'>[]): 0 | 1 | 2 {
  if (findings.some((finding) => finding.severity === 'critical')) return 2;
  return findings.some((finding) => finding.severity === 'warning') ? 1 : 0;
}
