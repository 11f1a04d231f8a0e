import { identifyFinding, type Finding, type FindingEvent, type KnownFinding } from '../model/finding.ts';

/** Who begins more often than this within `flapWindowMs` flaps: its end counts when it stayed away for `flapQuietMs`. */
const mostBegins = 2;
export const flapWindowMs = 3_600_000;
const flapQuietMs = 900_000;

/** What decides over beginnings and ends, besides the findings themselves. Times are epoch milliseconds. */
export interface FollowContext {
  readonly now: number;
  /** Whether the looks that a finding depends on can be believed now. */
  readonly visibility: (finding: Finding) => Visibility;
  /** How many times it began within the last `flapWindowMs`. */
  readonly recentBegins: (finding: Finding) => number;
}

/**
 * `pending`: nobody has looked yet since the daemon began. `gone`: the stanza or repository is no longer configured, or
 * no rule of that name is left.
 */
export type Visibility =
  | { readonly state: 'seen' | 'gone' }
  | { readonly state: 'pending' | 'unknown'; readonly why: string };

/** What has become of all findings. */
export interface FollowedFindings {
  /** All that are open now. */
  readonly open: readonly KnownFinding[];
  readonly ended: readonly KnownFinding[];
  readonly events: readonly FindingEvent[];
}

/**
 * Compares an assessment with what was known before. A finding that is no longer made has ended only if the looks that
 * would show it were taken and can be believed: a hole in WAL does not close because nobody can see the archive. Pure.
 *
 * @param before the open ones @param findings of `assess`, the worst first
 */
export function followFindings(
  before: readonly KnownFinding[],
  findings: readonly Finding[],
  context: FollowContext,
): FollowedFindings {
  const present = worstOfEach(findings);
  const known = new Set(before.map(identifyFinding));
  const kept = before.map((finding) => {
    const again = present.get(identifyFinding(finding));
    return again === undefined ? judgeAbsent(finding, context) : seeAgain(finding, again, context);
  });
  const begun = [...present.values()]
    .filter((finding) => !known.has(identifyFinding(finding)) && mayBegin(finding, context))
    .map((finding) => begin(finding, context));
  const all = [...kept, ...begun];
  return {
    open: all.flatMap(({ finding }) => (finding.endedAt === undefined ? [finding] : [])),
    ended: all.flatMap(({ finding }) => (finding.endedAt === undefined ? [] : [finding])),
    events: all.flatMap(({ event }) => event ?? []),
  };
}

interface Step {
  readonly finding: KnownFinding;
  readonly event?: FindingEvent | undefined;
}

/** One identity is one finding. */
function worstOfEach(findings: readonly Finding[]): ReadonlyMap<string, Finding> {
  return new Map(findings.toReversed().map((finding) => [identifyFinding(finding), finding]));
}

/** That nobody has looked yet is no news: every start of the daemon would tell it. */
function mayBegin(finding: Finding, { visibility }: FollowContext): boolean {
  return !isUnknown(finding) || visibility(finding).state !== 'pending';
}

function begin(finding: Finding, { now, recentBegins }: FollowContext): Step {
  const known: KnownFinding = { ...finding, since: now, lastSeenAt: now, endedAt: undefined };
  const recently = recentBegins(finding) + 1;
  return { finding: known, event: { kind: 'began', finding: known, at: now, recently } };
}

function seeAgain(before: KnownFinding, finding: Finding, { now, recentBegins }: FollowContext): Step {
  const known: KnownFinding = { ...finding, since: before.since, lastSeenAt: now, endedAt: undefined };
  if (before.severity === finding.severity && before.problem === finding.problem) return { finding: known };
  const recently = recentBegins(finding);
  return { finding: known, event: { kind: 'changed', finding: known, at: now, recently } };
}

function judgeAbsent(before: KnownFinding, context: FollowContext): Step {
  const seen = context.visibility(before);
  const blind = explainBlindness(before, seen);
  const { unseenBecause: _why, isAway: _away, ...finding } = before;
  if (blind !== undefined) return { finding: { ...finding, unseenBecause: blind } };
  if (seen.state !== 'gone' && flaps(before, context))
    return { finding: { ...finding, unseenBecause: comesAndGoes, isAway: true } };
  const { now } = context;
  const ended: KnownFinding = { ...finding, endedAt: now };
  const recently = context.recentBegins(before);
  return { finding: ended, event: { kind: 'ended', finding: ended, at: now, recently } };
}

const comesAndGoes = 'it comes and goes: its end counts when it has stayed away for 15 minutes';

function flaps(before: KnownFinding, { now, recentBegins }: FollowContext): boolean {
  return recentBegins(before) > mostBegins && now - before.lastSeenAt < flapQuietMs;
}

/** Why nobody can see whether a finding that is not made any more is still there. @returns undefined: it can be seen */
function explainBlindness(before: KnownFinding, seen: Visibility): string | undefined {
  if (!('why' in seen)) return undefined;
  // Whether something is unknown can always be told, except before the first look.
  return isUnknown(before) && seen.state === 'unknown' ? undefined : seen.why;
}

function isUnknown({ rule }: Pick<Finding, 'rule'>): boolean {
  return rule.endsWith('-unknown');
}
