import { parseConfiguration, type LoadResult } from '../../config/load.ts';
import { formatPath, type Path } from '../../config/source-tree.ts';
import type { EngineVersion } from '../../model/engine-version.ts';
import type { Problem, SourcePosition } from '../../model/source-position.ts';
import { writeDraft } from '../write-draft.ts';
import type { DraftBuilder } from './draft-builder.ts';

/** Every round takes at least one value out; more of them is a bug, not a file. */
const mostRounds = 1000;

/**
 * Takes out what holdfast.yaml cannot hold until nothing is wrong, and notes each. What cannot be without it goes too:
 * a bucket that is not given takes its repository along.
 *
 * @param file where the draft will be written
 * @returns undefined when nothing useful is left
 */
export function pruneDraft(
  builder: DraftBuilder,
  file: string,
  version: EngineVersion,
): Required<LoadResult> | undefined {
  for (let round = 0; round < mostRounds; round += 1) {
    const text = writeDraft(builder.build([]));
    const result = parseConfiguration(text, file, { engineVersion: version });
    const error = result.problems.find((problem) => problem.severity === 'error');
    if (error === undefined) return result;
    const path = pathOf(error, builder);
    if (path.length === 0 || (path.length === 1 && path[0] === 'stanzas')) return undefined;
    noteRemoved(builder, path, error);
    builder.remove(path);
  }
  throw new Error('a draft does not become valid');
}

/** The value that the problem is about, or what should hold it. */
function pathOf(problem: Problem, builder: DraftBuilder): Path {
  const present = builder.paths().filter((path) => isPrefix(formatPath(path), problem.path));
  return present.reduce((longest, path) => (path.length > longest.length ? path : longest), []);
}

function isPrefix(start: string, whole: string): boolean {
  return start === '' || whole === start || whole.startsWith(`${start}.`) || whole.startsWith(`${start}[`);
}

function noteRemoved(builder: DraftBuilder, path: Path, problem: Problem): void {
  const origins = builder.originsOf(path);
  const told = builder.notes.filter(({ kind }) => kind === 'no-effect').map(({ position }) => position);
  const effective = origins.filter(({ position }) => !told.some((other) => samePosition(other, position)));
  // Nothing is lost with what had no effect, and that has been said.
  if (origins.length > 0 && effective.length === 0) return;
  const why = `holdfast.yaml cannot say it (${problem.path}): ${problem.problem}. ${problem.remedy}`;
  for (const { written, position } of origins.length === 0 ? [unknownOrigin(path)] : effective) {
    builder.notes.push({ kind: 'not-carried', severity: 'critical', what: written, why, position });
  }
}

function samePosition(one: SourcePosition | undefined, other: SourcePosition | undefined): boolean {
  return one !== undefined && JSON.stringify(one) === JSON.stringify(other);
}

function unknownOrigin(path: Path): { readonly written: string; readonly position: undefined } {
  return { written: formatPath(path), position: undefined };
}
