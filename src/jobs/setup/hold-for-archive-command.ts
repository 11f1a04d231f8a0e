import { dirname } from 'node:path';
import type { SetupObservations } from './setup-observations.ts';
import type { SetupStep } from './setup-plan.ts';

/**
 * Files wait for the consent to replace an archive_command that would not find the secrets any more: one that names
 * `--config` alone, for which the engine turns conf.d off (pgBackRest `src/config/parse.c`, cfgFileLoad). Until both are
 * replaced together nothing is, and WAL goes on being archived.
 */
export function holdForArchiveCommand(steps: readonly SetupStep[], seen: SetupObservations): SetupStep[] {
  const secrets = seen.files.find(({ secret }) => secret);
  const command = seen.server?.settings.get('archive_command')?.value ?? '';
  const main = seen.files.find(({ path }) => command.includes(`--config=${path}`));
  if (secrets === undefined || main === undefined || secrets.state === 'same') return [...steps];
  if (command.includes(dirname(secrets.path))) return [...steps];
  return steps.map((step): SetupStep => {
    const isOpen = step.state === 'to-do' || step.state === 'needs-consent';
    if (step.kind !== 'file' || !isOpen) return step;
    return {
      ...step,
      state: 'needs-consent',
      consent: 'replace-archive-command',
      reason: `${step.reason}; archive_command names --config alone and would not find ${secrets.path}: both are replaced together, with --replace-archive-command`,
    };
  });
}
