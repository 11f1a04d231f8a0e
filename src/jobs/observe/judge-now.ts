import type { Configuration } from '../../config/configuration.ts';
import type { KnownFinding } from '../../model/finding.ts';
import { assess, judgeHealth, type HealthStatus } from '../../status/assess.ts';
import { flapWindowMs, type FollowContext } from '../../status/follow-findings.ts';
import type { HealthObservations } from '../../status/health-observations.ts';
import { joinKnown } from '../../status/join-known.ts';
import { judgeVisibility } from '../../status/judge-visibility.ts';
import type { FindingMemory } from '../../store/finding-memory.ts';
import { observeHealth, type HealthSources } from './observe-health.ts';

/** What a running Holdfast says of everything at one moment: commands, HTTP, metrics and messages show this. */
export interface Judgement {
  readonly configuration: Configuration;
  readonly seen: HealthObservations;
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
  const configuration = sources.configuration();
  const seen = observeHealth(sources);
  const made = assess(configuration, seen, now);
  const memory = sources.journal.findings;
  const findings = joinKnown(made, memory.open(), followContext(memory, { configuration, seen, now }));
  return { configuration, seen, findings, status: judgeHealth(findings), now };
}

/** What decides over beginnings and ends, from what was seen. */
export function followContext(
  memory: FindingMemory,
  { configuration, seen, now }: Pick<Judgement, 'configuration' | 'seen' | 'now'>,
): FollowContext {
  return {
    now,
    visibility: (finding) => judgeVisibility(finding, configuration, seen, now),
    recentBegins: (finding) => memory.begins(finding, now - flapWindowMs),
  };
}
