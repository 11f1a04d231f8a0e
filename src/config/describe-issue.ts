import type { Problem } from '../model/source-position.ts';
import { nearestName } from '../model/nearest-name.ts';
import { repositoryTypesWith } from './schema/repository.ts';
import { referencePattern, type ScalarProblem } from './schema/scalars.ts';
import { knownKeysMark } from './schema/section.ts';
import { formatPath, type Path, type PlainValue, type SourceTree } from './source-tree.ts';

/** What the schema found, in the few forms that can occur. */
export type Issue =
  | {
      readonly code: 'unrecognized_keys';
      readonly path: Path;
      readonly keys: readonly string[];
      readonly message: string;
    }
  | { readonly code: 'custom'; readonly path: Path; readonly params: ScalarProblem }
  | { readonly code: 'invalid_type'; readonly path: Path; readonly expected: string }
  | {
      readonly code: 'invalid_union';
      readonly path: Path;
      readonly discriminator?: string;
      readonly options?: readonly unknown[];
    }
  | { readonly code: 'wrong-kind'; readonly path: Path; readonly expected: readonly string[] };

/** Turns what the schema found into problems with position, expectation and remedy. */
export function describeIssue(issue: Issue, tree: SourceTree): Problem[] {
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey(issue.path, key, issue.message, tree));
    case 'custom':
      return [scalarProblem(issue.path, issue.params, tree)];
    case 'invalid_union': {
      const types = (issue.options ?? []).filter((option) => typeof option === 'string').join(', ');
      const params = { rule: 'wrong-value', expected: `one of ${types}`, remedy: `Write one of: ${types}.` };
      return [scalarProblem(issue.path, params, tree)];
    }
    case 'wrong-kind':
      return [wrongKind(issue.path, issue.expected.join(', or '), tree)];
    case 'invalid_type':
      return [
        wrongKind(issue.path, issue.expected === 'array' ? 'a list' : 'a mapping of keys to values', tree),
      ];
  }
}

/** The value as a problem shows it: short, one line. */
export function showValue(value: PlainValue | undefined): string | undefined {
  if (value === undefined) return undefined;
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object') return 'a mapping';
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}

function unknownKey(path: Path, key: string, message: string, tree: SourceTree): Problem {
  const known = message.startsWith(knownKeysMark) ? message.slice(knownKeysMark.length).split(' ') : [];
  const nearest = nearestName(key, known);
  const types = path.at(-2) === 'repositories' ? repositoryTypesWith(key) : [];
  const remedy =
    nearest !== undefined
      ? `Write \`${nearest}\`.`
      : types.length > 0
        ? `Remove it, or use a repository of type ${types.join(' or ')}: only these have it.`
        : 'Remove it; an option of pgBackRest goes under `options`.';
  return {
    severity: 'error',
    rule: 'unknown-key',
    position: tree.positionOf([...path, key], 'key'),
    path: formatPath([...path, key]),
    value: key.length > 80 ? `${key.slice(0, 77)}…` : key,
    problem: `the key \`${key.slice(0, 80)}\` is not known here`,
    expected: known.length > 0 ? `one of ${known.join(', ')}` : undefined,
    remedy,
  };
}

function scalarProblem(path: Path, params: ScalarProblem, tree: SourceTree): Problem {
  const value = tree.valueAt(path);
  if (value === undefined) return missingKey(path, params.expected, tree);
  const place = {
    severity: 'error',
    position: tree.positionOf(path, 'value'),
    path: formatPath(path),
  } as const;
  if (params.secret !== true && typeof value === 'string' && referencePattern.test(value)) {
    return {
      ...place,
      rule: 'reference-outside-secret',
      value: showValue(value),
      problem: 'references are for secrets only, and this is not one',
      expected: params.expected,
      remedy:
        'Write the value itself. To keep one file for several hosts, render it before Holdfast reads it.',
    };
  }
  return {
    ...place,
    rule: params.rule,
    value: params.secret === true ? '(secret, not shown)' : showValue(value),
    problem: params.problem ?? (value === null ? 'has no value' : `is not ${params.expected}`),
    expected: params.expected,
    remedy: value === null ? `Give it a value or remove the line. ${params.remedy}` : params.remedy,
  };
}

function wrongKind(path: Path, expected: string, tree: SourceTree): Problem {
  const value = tree.valueAt(path);
  if (value === undefined) return missingKey(path, expected, tree);
  const isRoot = path.length === 0;
  return {
    severity: 'error',
    rule: isRoot && value === null ? 'empty-file' : 'wrong-kind',
    position: tree.positionOf(path, 'value'),
    path: formatPath(path),
    // Where a secret was meant to be inside, its holder may hold the secret itself.
    value: typeof value === 'string' ? 'text' : showValue(value),
    problem:
      isRoot && value === null ? 'the file is empty' : value === null ? 'has no value' : `is not ${expected}`,
    expected,
    remedy: isRoot
      ? 'Begin with `stanzas:`; the shortest file is a stanza with a data directory and one repository.'
      : `Write ${expected}${value === null ? ', or remove the line' : ''}.`,
  };
}

function missingKey(path: Path, expected: string, tree: SourceTree): Problem {
  const key = String(path.at(-1) ?? '');
  return {
    severity: 'error',
    rule: 'missing-key',
    position: tree.positionOf(path, 'key'),
    path: formatPath(path),
    problem: `the key \`${key}\` is missing`,
    expected,
    remedy: `Add \`${key}:\` with ${expected}.`,
  };
}
