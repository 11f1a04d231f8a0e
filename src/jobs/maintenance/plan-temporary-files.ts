import { basename, dirname } from 'node:path';
import type { EngineSettings } from '../../config/configuration.ts';
import { secretsFileName } from '../../engine/conf/render-conf.ts';
import { HeldDirectory } from './held-directory.ts';
import type { MaintenanceAction } from './maintenance-plan.ts';
import { planned } from './plan-logs.ts';

const staleMs = 86_400_000;

/** Files that a killed Holdfast was writing beside the configuration of the engine (apply-file-writes.ts), a day old. */
export async function planTemporaryFiles(
  { configFile, includeDirectory }: Pick<EngineSettings, 'configFile' | 'includeDirectory'>,
  now: number,
): Promise<readonly MaintenanceAction[]> {
  const places = [
    { directory: dirname(configFile), name: basename(configFile) },
    { directory: includeDirectory, name: secretsFileName },
  ];
  const actions: MaintenanceAction[] = [];
  for (const { directory, name } of places) {
    await using held = await HeldDirectory.open(directory);
    const entry = await held?.look(`.${name}.holdfast-new`);
    if (held === undefined || entry?.kind !== 'file' || now - entry.changedAt <= staleMs) continue;
    const file = planned(held.path, [], entry);
    actions.push({ kind: 'remove-file', file, why: 'a file that a killed Holdfast did not finish writing' });
  }
  return actions;
}
