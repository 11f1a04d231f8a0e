import type { Configuration } from '../../config/configuration.ts';
import type { KnownFinding } from '../../model/finding.ts';
import { assess, judgeHealth, type HealthStatus } from '../../status/assess.ts';
import { flapWindowMs, type FollowContext } from '../../status/follow-findings.ts';
import type { HealthObservations, Observations } from '../../status/health-observations.ts';
import { joinKnown } from '../../status/join-known.ts';
import { judgeVisibility } from '../../status/judge-visibility.ts';
import type { FindingMemory } from '../../store/finding-memory.ts';
import { observeHealth, type HealthSources } from './observe-health.ts';

/** What Holdfast says of everything at one moment: commands, HTTP, metrics and messages show this. */
export interface Judgement<Seen extends Observations = HealthObservations> {
  readonly configuration: Configuration;
  readonly seen: Seen;
  /** The worst first, each with since when. */
  readonly findings: readonly KnownFinding[];
  readonly status: HealthStatus;
  /** Epoch milliseconds. */
  readonly now: number;
}

/**
 * Observes, assesses, and joins what is known to be open. Nobody is asked, nothing is written.
 *
 * @throws Failure journal-damaged
 */
export function judgeNow(sources: HealthSources, now: number): Judgement {
  return judgeSeen(sources.configuration(), observeHealth(sources), sources.journal.findings, now);
}

/** The same of what somebody has observed. @throws Failure journal-damaged */
export function judgeSeen<Seen extends Observations>(
  configuration: Configuration,
  seen: Seen,
  memory: FindingMemory,
  now: number,
): Judgement<Seen> {
  const context = followContext(memory, { configuration, seen, now });
  const findings = joinKnown(assess(configuration, seen, now), memory.open(), context);
  return { configuration, seen, findings, status: judgeHealth(findings), now };
}

/** What decides over beginnings and ends, from what was seen. */
export function followContext(
  memory: FindingMemory,
  {
    configuration,
    seen,
    now,
  }: { readonly configuration: Configuration; readonly seen: Observations; readonly now: number },
): FollowContext {
  return {
    now,
    visibility: (finding) => judgeVisibility(finding, configuration, seen, now),
    recentBegins: (finding) => memory.begins(finding, now - flapWindowMs),
  };
}
