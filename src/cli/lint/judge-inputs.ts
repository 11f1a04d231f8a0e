import type { Configuration } from '../../config/configuration.ts';
import { collectSecrets, type HideSecrets } from '../../lint/hide-secrets.ts';
import { judgeHoldfastFile } from '../../lint/judge-holdfast-file.ts';
import { judgeProject, settleFindings } from '../../lint/judge-project.ts';
import type { DocumentKind } from '../../lint/lint-document.ts';
import type { LintFinding } from '../../lint/lint-finding.ts';
import type { LintProject } from '../../lint/lint-rule.ts';
import { readProject } from '../../lint/read-project.ts';
import type { LintInput } from '../../lint/sources/lint-input.ts';
import type { EngineVersion } from '../../model/engine-version.ts';

/** What our own rules say. */
export interface InputJudgement {
  readonly project: LintProject;
  readonly findings: readonly LintFinding[];
  /** Left out because of comments. */
  readonly ignored: number;
  /** What they take out; the engine’s verdict on the same lines is taken out with it. */
  readonly left: readonly LintFinding[];
  /** Every holdfast.yaml without errors. */
  readonly configurations: readonly Configuration[];
  readonly hide: HideSecrets;
}

/** Judges texts with our own rules. Pure. */
export function judgeInputs(
  inputs: readonly LintInput[],
  settings: { readonly engineVersion: EngineVersion; readonly as: DocumentKind | undefined },
): InputJudgement {
  const byFile = new Map(inputs.map((input) => [input.file, input]));
  const project = readProject(inputs, {
    ...settings,
    fileFacts: (document) => byFile.get(document.file)?.facts,
  });
  const own = judgeProject(project);
  const roots = project.documents.flatMap(({ document }) => (document.container ? [] : [document]));
  const files = roots.filter((document) => document.kind === 'holdfast');
  const judged = files.map((root) => judgeHoldfastFile(root.text, root.file, settings.engineVersion));
  const settled = settleFindings([...own.findings, ...judged.flatMap(({ findings }) => findings)], roots);
  return {
    project,
    findings: settled.findings,
    ignored: own.ignored + settled.ignored,
    left: [...own.left, ...settled.left],
    configurations: judged.flatMap(({ configuration }) => configuration ?? []),
    hide: collectSecrets(project),
  };
}
