import { identifyFinding, type Finding, type KnownFinding } from '../model/finding.ts';
import { compareSeverity } from './assess.ts';
import { followFindings, type FollowContext } from './follow-findings.ts';

/**
 * What is wrong now, with since when: what an assessment has just found, and what was known before and cannot be seen to
 * have ended. Pure, and nothing is remembered by it.
 *
 * @param findings of `assess` @param known the open ones of the memory @returns the worst first
 */
export function joinKnown(
  findings: readonly Finding[],
  known: readonly KnownFinding[],
  context: FollowContext,
): readonly KnownFinding[] {
  const { open } = followFindings(known, findings, context);
  const there = new Set(open.map(identifyFinding));
  // What nobody has looked at yet does not begin, and is not ok either.
  const pending = findings
    .filter((finding) => !there.has(identifyFinding(finding)))
    .map((finding) => ({ ...finding, since: context.now, lastSeenAt: context.now, endedAt: undefined }));
  return [...open, ...pending].toSorted(compareSeverity);
}
