import type * as z from 'zod';
import type { Problem } from '../model/source-position.ts';
import { describeIssue, type Issue } from './describe-issue.ts';
import { fileSchema, type FileInput } from './schema/file.ts';
import { pathKey, type Path, type PlainValue, type SourceTree } from './source-tree.ts';

/** What is left of a file after everything that is wrong in itself was taken out. */
export interface ValidationResult {
  /** Undefined when nothing usable is left. */
  readonly file: FileInput | undefined;
  readonly problems: readonly Problem[];
  /** Paths in the source that were left out; rules must not judge what they cannot see. */
  readonly dropped: readonly Path[];
  /** The path in the source for a path in `file`. */
  readonly sourcePath: (path: Path) => Path;
}

/** Every round drops at least one value, and one round finds all there is unless a type was unknown. */
const mostRounds = 20;

/**
 * Checks the file against the schema.
 *
 * Rules that look at several values must run even when something else in the file is wrong, so that all problems come
 * at once. Therefore what is wrong is dropped (with what cannot be without it) and the rest is read again.
 */
export function validateTree(tree: SourceTree): ValidationResult {
  const pruned = new PrunedTree(tree.root);
  let problems: readonly Problem[] = [];
  for (let round = 0; round < mostRounds; round += 1) {
    const result = fileSchema.safeParse(pruned.root);
    if (result.success)
      return { file: result.data, problems, dropped: pruned.dropped, sourcePath: pruned.sourcePath };
    const issues = result.error.issues.flatMap((issue) =>
      flattenIssue(issue, pruned.valueAt(issue.path as Path)),
    );
    // What appears later is the consequence of what was dropped before.
    if (round === 0) problems = issues.flatMap((issue) => describeIssue(issue, tree));
    if (!pruned.drop(issues)) break;
  }
  return { file: undefined, problems, dropped: pruned.dropped, sourcePath: pruned.sourcePath };
}

/** Of a union that matched nothing only the branch counts that the writer evidently meant. */
function flattenIssue(issue: z.core.$ZodIssue, value: PlainValue | undefined): Issue[] {
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return [issue as Issue];
  const meant = issue.errors.filter((branch) => !isOtherKind(branch, value));
  const branch = meant.length === 1 ? meant[0] : meant.find((candidate) => candidate.some(isOwnScalar));
  if (branch === undefined) {
    const expected = issue.errors
      .flatMap((candidate) => candidate.map(expectedOf))
      .filter((text) => text !== undefined);
    return [{ code: 'wrong-kind', path: issue.path as Path, expected: [...new Set(expected)] }];
  }
  return branch.flatMap((inner) => {
    const path = [...issue.path, ...inner.path];
    const innerValue = inner.path.reduce<PlainValue | undefined>(
      (at, part) =>
        typeof at === 'object' && at !== null ? (at as Record<PropertyKey, PlainValue>)[part] : undefined,
      value,
    );
    return flattenIssue({ ...inner, path } as z.core.$ZodIssue, innerValue);
  });
}

/** True when a branch wants a mapping or a list (or a scalar) and the value is not one. */
function isOtherKind(branch: readonly z.core.$ZodIssue[], value: PlainValue | undefined): boolean {
  const first = branch[0];
  if (first === undefined || first.path.length > 0) return false;
  if (first.code === 'invalid_type') return true;
  return first.code === 'custom' && typeof value === 'object' && value !== null;
}

function isOwnScalar(issue: z.core.$ZodIssue): boolean {
  return issue.path.length === 0 && issue.code === 'custom';
}

function expectedOf(issue: z.core.$ZodIssue): string | undefined {
  if (issue.code === 'invalid_type') return issue.expected === 'array' ? 'a list' : 'a mapping';
  return issue.code === 'custom' ? (issue.params as { expected?: string } | undefined)?.expected : undefined;
}

/** A copy of the data from which values are taken out, and the way from its paths back to those of the source. */
class PrunedTree {
  root: PlainValue | undefined;
  readonly dropped: Path[] = [];
  /** For each list (by path in the source) the indexes in the source of what is still there. */
  readonly #kept = new Map<string, number[]>();

  constructor(root: PlainValue) {
    this.root = structuredClone(root);
  }

  valueAt(path: Path): PlainValue | undefined {
    let value = this.root;
    for (const part of path) {
      if (typeof value !== 'object' || value === null) return undefined;
      value = Object.hasOwn(value, part) ? (value as Record<string | number, PlainValue>)[part] : undefined;
    }
    return value;
  }

  readonly sourcePath = (path: Path): Path => {
    const source: (string | number)[] = [];
    for (const part of path) {
      const kept = typeof part === 'number' ? this.#kept.get(pathKey(source)) : undefined;
      source.push(typeof part === 'number' ? (kept?.[part] ?? part) : part);
    }
    return source;
  };

  /** Takes out what the issues are about; false when nothing was left to take out. */
  drop(issues: readonly Issue[]): boolean {
    const targets = new Map<string, Path>();
    for (const issue of issues) {
      const paths =
        issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key]) : [issue.path];
      for (const path of paths) {
        const target = this.#present(path as Path);
        targets.set(pathKey(target), target);
      }
    }
    // Later elements first, so that the indexes of the earlier ones stay right.
    const ordered = [...targets.values()].toSorted((left, right) => comparePaths(right, left));
    for (const target of ordered) this.#remove(target);
    return ordered.length > 0 && this.root !== undefined;
  }

  /** The path itself, or, for a key that is missing, the mapping that cannot be without it. */
  #present(path: Path): Path {
    let present = path;
    while (present.length > 0 && this.valueAt(present) === undefined) present = present.slice(0, -1);
    return present;
  }

  #remove(path: Path): void {
    const source = this.sourcePath(path);
    const last = path.at(-1);
    const holder = this.valueAt(path.slice(0, -1));
    if (last === undefined) this.root = undefined;
    else if (Array.isArray(holder)) this.#removeElement(holder, source.slice(0, -1), last as number);
    else if (typeof holder === 'object' && holder !== null) delete holder[last];
    this.dropped.push(source);
  }

  #removeElement(list: PlainValue[], source: Path, index: number): void {
    const key = pathKey(source);
    const kept = this.#kept.get(key) ?? list.map((_, position) => position);
    kept.splice(index, 1);
    list.splice(index, 1);
    this.#kept.set(key, kept);
  }
}

function comparePaths(left: Path, right: Path): number {
  for (let index = 0; index < Math.min(left.length, right.length); index += 1) {
    const [one, other] = [left[index], right[index]];
    if (one === other) continue;
    if (typeof one === 'number' && typeof other === 'number') return one - other;
    return String(one) < String(other) ? -1 : 1;
  }
  return left.length - right.length;
}
