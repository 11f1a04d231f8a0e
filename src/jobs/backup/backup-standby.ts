import type { Configuration, Stanza } from '../../config/configuration.ts';
import { isAtLeast, type EngineVersion } from '../../model/engine-version.ts';
import type { JobRequest } from '../../model/job.ts';
import { scheduleLines } from '../../config/schedule-lines.ts';

/**
 * How a backup copies its files from a standby: what a line with `on: replica` is for. The engine then only begins and
 * ends the backup on the primary, so it needs to reach both. Since 2.54 it can prefer a standby and do without one.
 *
 * @returns the value of `backup-standby`; undefined where nothing is to be said, also when the file says it itself
 * @see pgBackRest, Configuration Reference, `backup-standby`
 */
export function backupStandby(
  { origin }: Pick<JobRequest, 'origin'>,
  stanza: Pick<Stanza, 'nodes' | 'options'>,
  configuration: Pick<Configuration, 'stanzas' | 'options'>,
  version: EngineVersion,
): 'y' | 'prefer' | undefined {
  if (origin.kind !== 'schedule' || stanza.nodes.length < 2) return undefined;
  const line = scheduleLines(configuration).find(({ key }) => key === origin.line);
  if (line?.on !== 'replica') return undefined;
  const own = [...configuration.options, ...stanza.options];
  if (own.some(({ name }) => name === 'backup-standby')) return undefined;
  return isAtLeast(version, 54) ? 'prefer' : 'y';
}
