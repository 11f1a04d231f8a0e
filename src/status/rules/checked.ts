import { identifyFinding, type Finding } from '../../model/finding.ts';
import { instant } from '../../model/instant.ts';
import { findMeaning } from '../findings/all-findings.ts';
import type { CheckedObservation } from '../health-observations.ts';

/**
 * What the last `holdfast check` found and nobody else looks for: whether WAL arrives, who may read the secrets. It
 * stands until the next check. What the daemon's own looks show as well is theirs to tell, and to end.
 *
 * @param others what these looks found
 */
export function assessChecked(
  checked: readonly CheckedObservation[],
  others: readonly Finding[],
): readonly Finding[] {
  const told = new Set(others.map(identifyFinding));
  return checked.flatMap(({ run, endedAt, findings }) =>
    findings
      .filter((finding) => findMeaning(finding.rule)?.seenBy.includes('check') === true)
      .filter((finding) => !told.has(identifyFinding(finding)))
      .map((finding) => ({
        ...finding,
        evidence: `${finding.evidence} (run ${run} at ${instant(endedAt)})`,
      })),
  );
}
