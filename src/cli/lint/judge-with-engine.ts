import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Configuration } from '../../config/configuration.ts';
import type { Engine } from '../../engine/engine.ts';
import { ConfigurationProbe } from '../../engine/probe/probe-configuration.ts';
import { maskedSecrets } from '../../engine/conf/secret-values.ts';
import { judgeByEngine } from '../../lint/engine-verdict/judge-by-engine.ts';
import { fillFinding, settleFindings } from '../../lint/judge-project.ts';
import type { LintFinding } from '../../lint/lint-finding.ts';
import { readProject } from '../../lint/read-project.ts';
import { isFailure } from '../../model/failure.ts';
import { renderConf } from '../../engine/conf/render-conf.ts';
import type { InputJudgement } from './judge-inputs.ts';

/**
 * Adds what the installed engine says of the files, and of what is rendered from each holdfast.yaml. The engine reads
 * copies in a directory of its own, which is removed again.
 *
 * @param engine of the version that was judged for
 */
export async function judgeWithEngine(judgement: InputJudgement, engine: Engine): Promise<InputJudgement> {
  const directory = await mkdtemp(join(tmpdir(), 'holdfast-lint-'));
  try {
    const probe = await ConfigurationProbe.open(engine, directory);
    const { project, findings, left, hide } = judgement;
    const said = await judgeByEngine(project, [...findings, ...left], probe);
    const own = said.map(({ rule, finding }) => fillFinding(rule, finding, hide));
    const rendered: LintFinding[] = [];
    for (const configuration of judgement.configurations)
      rendered.push(...(await judgeRendered(configuration, judgement, engine, probe)));
    const roots = project.documents.flatMap(({ document }) => (document.container ? [] : [document]));
    const settled = settleFindings([...findings, ...own, ...rendered], roots);
    return { ...judgement, findings: settled.findings, ignored: judgement.ignored + settled.ignored };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** What the engine says of the files that a holdfast.yaml is rendered to stands at the first line of that. */
async function judgeRendered(
  configuration: Configuration,
  { hide }: InputJudgement,
  engine: Engine,
  probe: ConfigurationProbe,
): Promise<LintFinding[]> {
  const sources = renderedSources(configuration, engine);
  const project = readProject(sources, {
    engineVersion: engine.version,
    fileFacts: () => undefined,
    as: 'pgbackrest-conf',
  });
  const position = { file: configuration.file, line: 1, column: 1 };
  return (await judgeByEngine(project, [], probe)).map(({ rule, finding }) => {
    const filled = fillFinding(rule, finding, hide);
    const problem = `rendered to ${filled.position.file}:${filled.position.line}: ${filled.problem}`;
    return { ...filled, position, end: position, problem, fix: undefined };
  });
}

function renderedSources(
  configuration: Configuration,
  engine: Engine,
): readonly { readonly file: string; readonly text: string }[] {
  try {
    const machine = { cores: availableParallelism() };
    const target = { version: engine.version, machine, secrets: maskedSecrets };
    return renderConf(configuration, target).map(({ path, content }) => ({
      file: path,
      text: content,
    }));
  } catch (error) {
    // Why this version cannot do what the file asks for is among the findings of the file itself.
    if (isFailure(error, 'config-invalid')) return [];
    throw error;
  }
}
