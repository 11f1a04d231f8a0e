import { readProject } from '../../src/lint/read-project.ts';
import type { FileFacts, LintRule } from '../../src/lint/lint-rule.ts';
import { parseEngineVersion, type EngineVersion } from '../../src/model/engine-version.ts';

/** What a rule is tried with besides the files. */
export interface JudgeSettings {
  readonly engine?: string;
  readonly facts?: FileFacts;
}

/**
 * What one rule finds in files that are read as lint reads them: `line: the text that is pointed at`.
 *
 * @param files text by file name
 */
export function judgeRule(
  rule: LintRule,
  files: Readonly<Record<string, string>>,
  settings: JudgeSettings = {},
): readonly string[] {
  const sources = Object.entries(files).map(([file, text]) => ({ file, text }));
  const engineVersion = parseEngineVersion(settings.engine ?? '2.45') as EngineVersion;
  const project = readProject(sources, { engineVersion, fileFacts: () => settings.facts });
  return [...rule.judge(project)].map(({ place }) => {
    const { line } = place.document.positionOf(place.start);
    return `${line}: ${place.document.text.slice(place.start, place.end)}`;
  });
}
