import type { Severity } from '../model/finding.ts';
import { collectSecrets, type HideSecrets } from './hide-secrets.ts';
import { readIgnoreComments } from './ignore-comments.ts';
import type { LintDocument } from './lint-document.ts';
import type { LintFinding, RuleFinding } from './lint-finding.ts';
import type { LintProject, LintRule, RuleDescription, RuleFamily } from './lint-rule.ts';
import { endPositionOf } from './place-position.ts';
import { allFamilies } from './rules/all-families.ts';

/** Most characters of a finding's text. */
const longestText = 160;

/** What was judged. */
export interface Judgement {
  /** By file in the order in which the files were given, then by place; none twice. */
  readonly findings: readonly LintFinding[];
  /** Left out because a comment in the file says so. */
  readonly ignored: number;
  /** What they take out. */
  readonly left: readonly LintFinding[];
}

/**
 * Holds every rule against a project. Pure.
 *
 * Secrets that stand in any of its files are in no text of a finding. Comments in the files
 * (`# holdfast-lint: ignore RULE`) take findings out.
 */
export function judgeProject(project: LintProject, families: readonly RuleFamily[] = allFamilies): Judgement {
  const hide = collectSecrets(project);
  const rules = families.flatMap((family) => family.rules);
  const all = rules.flatMap((rule) => judgeRule(rule, project, hide));
  const roots = [...new Set(project.documents.map(({ document }) => document.root))];
  return settleFindings(all, roots);
}

/**
 * Sorts findings, takes out those that are there twice, and those that a comment in their file takes out.
 *
 * @param roots the files, in the order that findings are to have
 */
export function settleFindings(findings: readonly LintFinding[], roots: readonly LintDocument[]): Judgement {
  const order = new Map(roots.map((root, index) => [root.file, index]));
  const comments = new Map(roots.map((root) => [root.file, readIgnoreComments(root.text)]));
  const unique = new Map(findings.map((finding) => [keyOf(finding), finding]));
  const isIgnored = ({ rule, position }: LintFinding): boolean =>
    comments.get(position.file)?.get(position.line)?.has(rule) === true;
  const all = [...unique.values()];
  const kept = all.filter((finding) => !isIgnored(finding));
  const rank = (finding: LintFinding): number => order.get(finding.position.file) ?? roots.length;
  return {
    findings: kept.toSorted((left, right) => rank(left) - rank(right) || compareInFile(left, right)),
    ignored: unique.size - kept.length,
    left: all.filter(isIgnored),
  };
}

function judgeRule(rule: LintRule, project: LintProject, hide: HideSecrets): LintFinding[] {
  return [...rule.judge(project)].map((found) => fillFinding(rule, found, hide));
}

/**
 * A finding with everything that is always the same about its rule.
 *
 * @param hide takes secrets out of the texts
 */
export function fillFinding(rule: RuleDescription, found: RuleFinding, hide: HideSecrets): LintFinding {
  const { place, fix } = found;
  return {
    rule: rule.name,
    severity: found.severity ?? rule.severity,
    position: place.document.positionOf(place.start),
    end: endPositionOf(place),
    text: found.secret === true ? '(hidden)' : hide(textOf(place.document, place.start, place.end)),
    problem: hide(found.problem),
    consequence: rule.consequence,
    remedy: hide(found.remedy),
    engineError: found.engineError,
    documentation: `docs/lint.md#${rule.name}`,
    fix,
  };
}

/** The first line of a range. */
function textOf(document: LintDocument, start: number, end: number): string {
  const [line = ''] = document.text.slice(start, end).trim().split('\n');
  return line.length > longestText ? `${line.slice(0, longestText - 1)}…` : line;
}

function keyOf({ rule, position, end, problem }: LintFinding): string {
  return JSON.stringify([rule, position, end.line, end.column, problem]);
}

const severities: readonly Severity[] = ['critical', 'warning', 'advice'];

function compareInFile(left: LintFinding, right: LintFinding): number {
  return (
    left.position.file.localeCompare(right.position.file) ||
    left.position.line - right.position.line ||
    left.position.column - right.position.column ||
    severities.indexOf(left.severity) - severities.indexOf(right.severity) ||
    left.rule.localeCompare(right.rule)
  );
}
