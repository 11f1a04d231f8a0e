import { formatElapsed } from '../../model/duration.ts';
import { Failure } from '../../model/failure.ts';
import type { KnownFinding } from '../../model/finding.ts';
import { formatTable } from '../output/format-table.ts';
import { formatUtc } from '../output/format-time.ts';

/** Findings with begin and end, the newest first. */
export function renderHistory(findings: readonly KnownFinding[], now: number): string {
  if (findings.length === 0)
    return 'the journal has no findings: a running daemon writes down when one begins and ends\n';
  return formatTable(
    [
      { title: 'began' },
      { title: 'ended' },
      { title: 'for', align: 'right' },
      { title: 'severity' },
      { title: 'rule' },
      { title: 'subject' },
      { title: 'problem' },
    ],
    findings.map(({ since, endedAt, severity, rule, subject, problem }) => [
      formatUtc(since),
      endedAt === undefined ? 'open' : formatUtc(endedAt),
      formatElapsed((endedAt ?? now) - since),
      severity,
      rule,
      subject,
      problem,
    ]),
  );
}

/** @throws Failure usage */
export function readLimit(text = '50'): number {
  const limit = Number(text);
  if (/^\d{1,6}$/.test(text) && limit > 0) return limit;
  throw new Failure('usage', {
    operation: 'read --limit',
    problem: `${JSON.stringify(text)} is not a number of findings`,
    hint: 'Write it as --limit 50.',
  });
}
