import { formatElapsed } from '../../model/duration.ts';
import type { Finding } from '../../model/finding.ts';
import { locateServer } from '../../postgres/locate-server.ts';
import type { JobWork } from '../job-work.ts';
import type { CheckEvent } from './check-deps.ts';
import { checkStanza } from './check-stanza.ts';

/**
 * Checks a stanza on this host. What is wrong are findings, in the facts, where the daemon finds them
 * (observe-checked.ts); the job fails only when it cannot look. Its timeout is what a segment may take to arrive.
 */
export const runCheckJob: JobWork = async ({ deps, stanza, request, signal, onSpawn, emit }) => {
  const { configuration, engine, engineUser, currentUid, cores, hostZone, clock, path } = deps;
  const node = stanza.nodes.find((candidate) => candidate.host === undefined);
  const report = await checkStanza({
    configuration,
    stanza,
    engine,
    engineUser,
    server: node && (await locateServer(node, { path, currentUid })),
    currentUid,
    cores,
    resolveSecret: (reference) => deps.resolveSecret(reference),
    signal,
    onSpawn,
    now: () => clock.now(),
    hostZone,
    timeoutMs: request.timeoutMs,
    onEvent: (event) => emit({ kind: 'note', text: describeEvent(event) }),
  });
  return {
    facts: { findings: report.findings },
    answer: { ...report },
    warnings: report.findings.flatMap(describeProblem),
  };
};

/** The log of a daemon says it as a warning; advice is for those who read the report. */
function describeProblem({ severity, rule, subject, problem }: Finding): string[] {
  return severity === 'advice' ? [] : [`${subject}: ${problem} [${rule}]`];
}

function describeEvent(event: CheckEvent): string {
  if (event.kind === 'arrived') return `it is in ${event.repository} after ${formatElapsed(event.afterMs)}`;
  return `waiting for ${event.segment} in every repository, ${formatElapsed(event.timeoutMs)} at most`;
}
