import type { Repository } from '../../model/repository.ts';
import { historyStep } from './plain-restore.ts';
import { engine, makeEngineDirectory, step } from './runbook-commands.ts';
import { isLocalDirectory, type RunbookSite } from './runbook-site.ts';
import type { RunbookStep } from './runbook.ts';

/** By hand: what an empty repository needs until it protects again. @param stanza title of the step that makes the stanza */
export function fillAnew(site: RunbookSite, repository: Repository, stanza: string): readonly RunbookStep[] {
  return [
    ...(isLocalDirectory(repository)
      ? [step('Make its directory', [makeEngineDirectory(site, repository.path)])]
      : []),
    step(stanza, [engine(site, ['stanza-create'])]),
    historyStep(site),
    step('Fill it', [engine(site, ['backup', '--type=full'], { repositoryKey: repository.key })]),
  ];
}

/** By hand: what shows that it does. */
export function filledProof(site: RunbookSite, { key }: Repository): readonly RunbookStep[] {
  return [
    step('WAL arrives in every repository', [engine(site, ['check'])]),
    step('It lists the new set', [engine(site, ['info'], { repositoryKey: key })]),
  ];
}
