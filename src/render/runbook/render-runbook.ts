import type { RenderedFile } from '../../engine/conf/render-conf.ts';
import { writeGeneratedText } from '../../engine/conf/conf-text.ts';
import type { DeploymentTarget } from '../deployment/deployment-target.ts';
import { planRunbook } from './plan-runbook.ts';
import type { Runbook } from './runbook.ts';
import { writeRunbookMarkdown } from './write-markdown.ts';
import { writeRunbookPage } from './write-page.ts';

/** The runbook of what the file says alone: what was measured is only in that of `holdfast runbook`. */
export const runbookTarget: DeploymentTarget = {
  name: 'runbook',
  engine: 'deploy.engineVersion',
  needsSecrets: false,
  render: (configuration, { host, version, owner }) =>
    runbookFiles(planRunbook(configuration, { host, version, knowledge: [] }), 'holdfast render runbook').map(
      (file) => ({ ...file, owner, secret: false }),
    ),
};

/** The forms of a runbook, each with the header by which a change by hand is noticed. */
export function runbookFiles(
  runbook: Runbook,
  command: string,
): readonly Pick<RenderedFile, 'path' | 'content' | 'mode'>[] {
  const advice = `Do not edit: change that file and run \`${command}\` again.`;
  const generated = (body: string, form: 'markup' | 'json'): string =>
    writeGeneratedText(body, runbook.file, advice, form);
  return [
    { path: 'runbook.md', content: generated(writeRunbookMarkdown(runbook), 'markup'), mode: 0o644 },
    { path: 'runbook.html', content: generated(writeRunbookPage(runbook), 'markup'), mode: 0o644 },
    {
      path: 'runbook.json',
      content: generated(`${JSON.stringify(runbook, null, 2)}\n`, 'json'),
      mode: 0o644,
    },
  ];
}
