import type { LintFinding } from '../../lint/lint-finding.ts';
import { holdfastPrefix } from '../../lint/judge-holdfast-file.ts';
import { Failure } from '../../model/failure.ts';
import type { Severity } from '../../model/finding.ts';
import { nearestName } from '../../model/nearest-name.ts';
import type { CommandInput } from '../command-definition.ts';

const bySeverity: readonly Severity[] = ['critical', 'warning', 'advice'];

/** Tells whether a finding is wanted. */
export type FindingFilter = (finding: LintFinding) => boolean;

/**
 * What `--only`, `--ignore` and `--min-severity` leave.
 *
 * @param names of all rules
 * @throws Failure usage when there is no such rule
 */
export function readFindingFilter(input: CommandInput, names: readonly string[]): FindingFilter {
  const only = new Set(input.values('only'));
  const ignore = new Set(input.values('ignore'));
  for (const name of [...only, ...ignore]) {
    if (!names.includes(name) && !name.startsWith(holdfastPrefix)) throw unknownRule(name, names);
  }
  const lowest = bySeverity.indexOf((input.value('min-severity') as Severity | undefined) ?? 'advice');
  return ({ rule, severity }) =>
    (only.size === 0 || only.has(rule)) && !ignore.has(rule) && bySeverity.indexOf(severity) <= lowest;
}

function unknownRule(name: string, names: readonly string[]): Failure {
  const near = nearestName(name, names);
  return new Failure('usage', {
    operation: 'choose rules',
    problem: `there is no rule ${JSON.stringify(name)}`,
    hint: `${near === undefined ? '' : `Did you mean ${near}? `}Run 'holdfast lint --rules' to see all of them.`,
  });
}
