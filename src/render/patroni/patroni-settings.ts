import type { Configuration, Stanza } from '../../config/configuration.ts';
import { archiveCommand, restoreCommand } from '../../engine/conf/archive-command.ts';
import { wantedArchiveTimeout } from '../../model/wanted-archive-timeout.ts';

/**
 * What holds for all members of a cluster. It lives in the DCS, because Patroni reads `bootstrap.dcs` only once, when the
 * cluster is made.
 *
 * @see https://patroni.readthedocs.io/en/latest/dynamic_configuration.html
 */
export function clusterSettings({ engine }: Pick<Configuration, 'engine'>, stanza: Stanza): PatroniSettings {
  return {
    postgresql: {
      parameters: {
        archive_mode: 'on',
        archive_command: archiveCommand(engine, stanza.name),
        archive_timeout: `${wantedArchiveTimeout(stanza.objectives.rpo)}s`,
      },
      recovery_conf: { restore_command: restoreCommand(engine, stanza.name) },
    },
  };
}

export interface PatroniSettings {
  readonly postgresql: {
    readonly parameters: Readonly<Record<string, string>>;
    readonly recovery_conf: Readonly<Record<string, string>>;
  };
}

/**
 * What stands in the file of each member: how it makes replicas (from a repository, without reading the leader; else as
 * Patroni does by itself), and how a new cluster is made from a repository, for whoever sets `bootstrap.method`.
 *
 * `keep_data`: `--delta` takes what is there and right. `no_params`: the engine refuses Patroni's own (`--scope`, …).
 *
 * @see https://patroni.readthedocs.io/en/latest/replica_bootstrap.html
 */
export function memberSettings(
  { engine }: Pick<Configuration, 'engine'>,
  stanza: Stanza,
): readonly MemberSetting[] {
  // The same program and files as in archive_command, which ends with what it does.
  const program = archiveCommand(engine, stanza.name)
    .replace(/ archive-push .*$/, '')
    .replaceAll('%%', '%');
  const command = `${program} --delta restore`;
  return [
    { path: ['postgresql', 'create_replica_methods'], value: ['pgbackrest', 'basebackup'] },
    { path: ['postgresql', 'pgbackrest'], value: { command, keep_data: true, no_params: true } },
    {
      path: ['bootstrap', 'pgbackrest'],
      value: { command, keep_existing_recovery_conf: true, no_params: true },
    },
  ];
}

export interface MemberSetting {
  readonly path: readonly string[];
  readonly value: unknown;
}
