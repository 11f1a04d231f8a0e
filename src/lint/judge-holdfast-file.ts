import { parseConfiguration } from '../config/load.ts';
import type { Configuration } from '../config/configuration.ts';
import type { EngineVersion } from '../model/engine-version.ts';
import type { Problem } from '../model/source-position.ts';
import type { LintFinding } from './lint-finding.ts';

/** What stands before the name of a rule of holdfast.yaml, so that it is told from the rules of other files. */
export const holdfastPrefix = 'holdfast-';

/** What a holdfast.yaml is worth. */
export interface HoldfastJudgement {
  readonly findings: readonly LintFinding[];
  /** Undefined when it has errors. */
  readonly configuration: Configuration | undefined;
}

/**
 * Judges a holdfast.yaml with the rules that every command applies to it, in the form of lint.
 *
 * @param file as it is to be named in findings
 * @param engineVersion the version that is judged for
 */
export function judgeHoldfastFile(
  text: string,
  file: string,
  engineVersion: EngineVersion,
): HoldfastJudgement {
  const { configuration, problems } = parseConfiguration(text, file, { engineVersion });
  const lines = text.split('\n');
  return { configuration, findings: problems.map((problem) => findingOf(problem, lines, file)) };
}

function findingOf(problem: Problem, lines: readonly string[], file: string): LintFinding {
  const { line, column } = problem.position;
  const rest = (lines[line - 1] ?? '').slice(column - 1);
  const word = /^[^\s:,{}[\]]+/.exec(rest)?.[0] ?? rest.slice(0, 1);
  const isError = problem.severity === 'error';
  const path = problem.path === '' ? '' : `${problem.path}: `;
  const found = problem.value === undefined ? '' : `, found ${problem.value}`;
  const expected = problem.expected === undefined ? '' : `, expected ${problem.expected}`;
  return {
    rule: `${holdfastPrefix}${problem.rule}`,
    severity: isError ? 'critical' : 'warning',
    position: { file, line, column },
    end: { file, line, column: column + word.length },
    // What a person wrote there may be a secret; the value that the problem carries never is one.
    text: problem.value ?? word,
    problem: `${path}${problem.problem}${found}${expected}`,
    consequence: isError
      ? 'Holdfast refuses the whole file: nothing is rendered, backed up or restored with it until this is right.'
      : 'Holdfast uses the file all the same, and says this with every command that reads it.',
    remedy: problem.remedy,
    engineError: undefined,
    documentation: 'docs/lint.md#holdfast-yaml',
    fix: undefined,
  };
}
