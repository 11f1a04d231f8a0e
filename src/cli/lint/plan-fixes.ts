import { unifiedDiff } from '../../engine/conf/unified-diff.ts';
import { applyEdits, editOf, type TextEdit } from '../../lint/apply-fixes.ts';
import type { LintFinding } from '../../lint/lint-finding.ts';
import type { LintInput } from '../../lint/sources/lint-input.ts';

/** What the fixes of one file come to. */
export interface FileFix {
  readonly input: LintInput;
  readonly text: string;
  /** Unified difference, secrets taken out. */
  readonly diff: string;
  /** How many changes are made. */
  readonly count: number;
}

/**
 * Puts the fixes of findings together, file by file. Pure.
 *
 * @param hide takes secrets out of what is shown
 * @returns the files that change, and how many fixes could not be made (they overlap, or stand in text that the file
 *   has in another form)
 */
export function planFixes(
  findings: readonly LintFinding[],
  inputs: readonly LintInput[],
  hide: (text: string) => string,
): { readonly files: readonly FileFix[]; readonly refused: number } {
  let refused = 0;
  const files = inputs.flatMap((input) => {
    const fixes = findings.flatMap(({ fix, position }) => (position.file === input.file && fix ? [fix] : []));
    const edits = fixes.map(editOf).filter((edit): edit is TextEdit => edit !== undefined);
    const { text, applied, refused: overlapping } = applyEdits(input.text, edits);
    refused += fixes.length - edits.length + overlapping.length;
    if (text === input.text) return [];
    const names = { before: input.file, after: `${input.file} (fixed)` };
    const diff = unifiedDiff(hide(input.text), hide(text), names);
    return [{ input, text, diff, count: applied.length }];
  });
  return { files, refused };
}
