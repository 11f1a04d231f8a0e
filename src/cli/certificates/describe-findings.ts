import type { Finding } from '../../model/finding.ts';
import { printable } from '../output/printable.ts';

/** Findings with what was seen and what helps; one line where there are none. */
export function describeFindings(findings: readonly Finding[]): string {
  if (findings.length === 0) return 'nothing is wrong with them\n';
  return findings
    .map(({ severity, subject, problem, evidence, remedy }) =>
      printable(`\n${severity}: ${subject}: ${problem}`)
        .concat(`\n  ${printable(evidence)}`)
        .concat(`\n  ${printable(remedy)}\n`),
    )
    .join('');
}
