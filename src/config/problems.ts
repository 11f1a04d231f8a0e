import { Failure } from '../model/failure.ts';
import { formatPosition, type Problem } from '../model/source-position.ts';

/** True when there is something that keeps the configuration from being used. */
export function hasErrors(problems: readonly Problem[]): boolean {
  return problems.some((problem) => problem.severity === 'error');
}

/** Problems in the order of the file. */
export function sortProblems(problems: readonly Problem[]): readonly Problem[] {
  return problems.toSorted(
    (left, right) =>
      left.position.line - right.position.line ||
      left.position.column - right.position.column ||
      left.path.localeCompare(right.path),
  );
}

/**
 * Every problem for people: position, severity, what, then the value, what was expected and the remedy.
 *
 * @returns text without a newline at the end; empty when there is no problem
 */
export function formatProblems(problems: readonly Problem[]): string {
  return problems.map(formatProblem).join('\n');
}

function formatProblem(problem: Problem): string {
  const path = problem.path === '' ? '' : `${problem.path}: `;
  const lines = [
    `${formatPosition(problem.position)}: ${problem.severity}: ${path}${problem.problem} [${problem.rule}]`,
  ];
  if (problem.value !== undefined) lines.push(`    found:    ${problem.value}`);
  if (problem.expected !== undefined) lines.push(`    expected: ${problem.expected}`);
  lines.push(`    remedy:   ${problem.remedy}`);
  return lines.join('\n');
}

/** The failure that ends a run because of problems in the file; it carries all of them as details. */
export function problemsFailure(problems: readonly Problem[]): Failure {
  const errors = problems.filter((problem) => problem.severity === 'error');
  const first = errors[0] ?? problems[0];
  const more = errors.length > 1 ? ` and ${errors.length - 1} more` : '';
  const path = first === undefined || first.path === '' ? '' : `${first.path}: `;
  // The one thing that is not wrong but not there yet keeps its own exit code when nothing else is in the way.
  const kind =
    errors.length > 0 && errors.every((problem) => problem.rule === 'not-available-yet')
      ? 'not-available-yet'
      : 'config-invalid';
  return new Failure(kind, {
    operation: 'read the configuration',
    place: first === undefined ? undefined : formatPosition(first.position),
    problem: first === undefined ? 'it cannot be used' : `${path}${first.problem}${more}`,
    hint: first?.remedy ?? 'Run `holdfast config` to see every problem.',
    details: { problems },
  });
}
