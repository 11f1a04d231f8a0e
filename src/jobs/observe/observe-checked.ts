import * as z from 'zod';
import type { Stanza } from '../../config/configuration.ts';
import type { CheckedObservation } from '../../status/health-observations.ts';
import type { Journal, RunRecord } from '../../store/journal.ts';

const report = z.object({
  findings: z.array(
    z.object({
      rule: z.string(),
      severity: z.enum(['critical', 'warning', 'advice']),
      subject: z.string(),
      stanza: z.string().optional(),
      repository: z.string().optional(),
      problem: z.string(),
      evidence: z.string(),
      remedy: z.string(),
    }),
  ),
});

/** How far back the journal is read for a check that could look. */
const mostRuns = 20;

/**
 * What the last check of a stanza found. One that was stopped, or could not look, says nothing of what it would have
 * found: the one before it stands.
 *
 * @throws Failure journal-damaged
 */
export function observeChecked(
  journal: Pick<Journal, 'lastRuns'>,
  { name, repositories }: Stanza,
): CheckedObservation[] {
  const runs = journal.lastRuns({ kind: 'check', stanza: name, repository: undefined }, mostRuns);
  const [last] = runs.flatMap(readReport);
  if (last === undefined) return [];
  const configured = new Set(repositories.map((repository) => repository.name));
  const findings = last.findings.filter(
    ({ repository }) => repository === undefined || configured.has(repository),
  );
  return [{ stanza: name, ...last, findings }];
}

function readReport({ id, facts, endedAt, result }: RunRecord): Omit<CheckedObservation, 'stanza'>[] {
  if (endedAt === undefined || result !== 'ok') return [];
  const read = report.safeParse(facts);
  return read.success ? [{ run: id, endedAt, findings: read.data.findings }] : [];
}
