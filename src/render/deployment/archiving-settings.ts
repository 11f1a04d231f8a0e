import type { Configuration, Stanza } from '../../config/configuration.ts';
import { archiveCommand, restoreCommand } from '../../engine/conf/archive-command.ts';
import { wantedArchiveTimeout } from '../../model/wanted-archive-timeout.ts';

/** A setting of PostgreSQL and why it is wanted. */
export interface WantedSetting {
  readonly name: string;
  /** Not quoted. */
  readonly value: string;
  readonly reason: string;
  readonly needsRestart: boolean;
}

/**
 * What every server of a cluster needs so that its WAL is archived: the same as `holdfast setup` sets. All members have
 * the same, because each may be the primary tomorrow.
 *
 * @see https://www.postgresql.org/docs/current/continuous-archiving.html
 */
export function archivingSettings(
  { engine }: Pick<Configuration, 'engine'>,
  stanza: Stanza,
): readonly WantedSetting[] {
  const timeout = wantedArchiveTimeout(stanza.objectives.rpo);
  const reason =
    stanza.objectives.rpo === undefined
      ? 'a quiet server would archive nothing'
      : `half of the tolerated loss of ${stanza.objectives.rpo} s: a segment also has to be sent`;
  return [
    {
      name: 'wal_level',
      value: 'replica',
      reason: 'enough for a restore and for standbys; `logical` is, too',
      needsRestart: true,
    },
    { name: 'archive_mode', value: 'on', reason: 'WAL is archived', needsRestart: true },
    {
      name: 'archive_command',
      value: archiveCommand(engine, stanza.name),
      reason: 'plain pgBackRest: nothing of Holdfast is in the way of WAL',
      needsRestart: false,
    },
    { name: 'archive_timeout', value: `${timeout}s`, reason, needsRestart: false },
    ...(stanza.nodes.length > 1
      ? [
          {
            name: 'restore_command',
            value: restoreCommand(engine, stanza.name),
            reason: 'a standby that was away longer than the primary keeps WAL goes on from the archive',
            needsRestart: false,
          },
        ]
      : []),
  ];
}
