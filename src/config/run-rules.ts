import type { Problem } from '../model/source-position.ts';
import { showValue } from './describe-issue.ts';
import { allRules } from './rules/all-rules.ts';
import type { RuleContext, RuleFinding } from './rules/rule.ts';
import { formatPath, type Path, type SourceTree } from './source-tree.ts';
import type { ValidationResult } from './validate.ts';

/**
 * What the engine takes though it is wrong. In a file that was taken over from a running installation it must be
 * possible to say what is, so there it is a warning.
 */
const takenByEngine: ReadonlySet<string> = new Set([
  'archive-never-expires',
  'bad-endpoint',
  'block-without-bundle',
  'dotted-bucket',
  'repository-in-data-directory',
  'same-data-directory',
  'same-repository',
  'several-local-nodes',
  'unknown-stanza',
]);

/** Runs every rule over what is right in itself. */
export function* runRules(context: RuleContext): Iterable<RuleFinding> {
  const tolerant = context.file.engine.defaults === 'own';
  for (const rule of allRules) {
    for (const finding of rule(context)) {
      yield tolerant && takenByEngine.has(finding.rule) ? { ...finding, severity: 'warning' } : finding;
    }
  }
}

/**
 * Findings as problems with positions. What concerns a place that was left out before is dropped: it would only say
 * that something is missing which is there, but wrong.
 */
export function locateFindings(
  findings: Iterable<RuleFinding>,
  tree: SourceTree,
  validation: Pick<ValidationResult, 'dropped' | 'sourcePath'>,
): Problem[] {
  const problems: Problem[] = [];
  for (const finding of findings) {
    const path = validation.sourcePath(finding.path);
    if (validation.dropped.some((dropped) => concerns(dropped, path))) continue;
    problems.push(locate(finding, path, tree));
  }
  return problems;
}

function locate(finding: RuleFinding, path: Path, tree: SourceTree): Problem {
  return {
    severity: finding.severity ?? 'error',
    rule: finding.rule,
    position: tree.positionOf(path, finding.atKey === true ? 'key' : 'value'),
    path: formatPath(path),
    value: shownOf(finding, path, tree),
    problem: finding.problem,
    expected: finding.expected,
    remedy: finding.remedy,
  };
}

/** What is wrong about a key is the key; what stands behind it may be a secret in the wrong place. */
function shownOf(finding: RuleFinding, path: Path, tree: SourceTree): string | undefined {
  const value = tree.valueAt(path);
  if (value === undefined) return undefined;
  if (finding.secret === true) return '(secret, not shown)';
  return showValue(finding.atKey === true ? (path.at(-1) ?? null) : value);
}

/** True when one path holds the other. */
function concerns(dropped: Path, path: Path): boolean {
  const length = Math.min(dropped.length, path.length);
  return dropped.slice(0, length).every((part, index) => part === path[index]);
}
