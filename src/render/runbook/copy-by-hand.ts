import { join } from 'node:path';
import { restoreArguments } from '../../engine/restore.ts';
import { quoteForShell } from '../../model/quote-for-shell.ts';
import { blank, engine, makeDirectory, program, sql, step, timeline } from './runbook-commands.ts';
import type { RunbookSite } from './runbook-site.ts';
import type { RunbookStep } from './runbook.ts';

/** Where a copy by hand lives: not among those that Holdfast looks after, nor in its state directory. */
export function copyDirectory({ configuration }: RunbookSite): string {
  return `${configuration.stateDirectory}-by-hand`;
}

/** What a copy is restored to. */
export interface CopyTarget {
  readonly type: 'time' | 'default';
  /** As it is typed. */
  readonly target?: string | undefined;
  readonly action?: 'pause' | 'promote' | undefined;
  readonly repositoryKey: number;
}

/** Restores beside production and starts a server that cannot archive, reached through its own socket only. */
export function copySteps(
  site: RunbookSite,
  { type, target, action, repositoryKey }: CopyTarget,
): readonly RunbookStep[] {
  const place = copyDirectory(site);
  const data = join(place, 'data');
  const common = { repositoryKey, pgPath: data };
  const args = restoreArguments(
    { settings: site.configuration.engine, version: site.version },
    {
      stanza: site.stanza.name,
      ...common,
      set: '',
      type,
      target,
      targetAction: action,
      targetTimeline: blank(timeline),
      archiveModeOff: true,
      acrossTimelines: true,
      delta: false,
      tablespaceMap: {},
      tablespaceMapAll: join(place, 'tablespaces'),
      workDirectory: join(place, 'engine'),
    },
  );
  return [
    step('Make a place for it', [makeDirectory(site, place, data)]),
    step('Restore into it; archiving is off there', [
      engine(
        site,
        args.filter((word) => word !== '--set='),
        common,
      ),
    ]),
    startCopy(site),
  ];
}

/** Starts the server of a copy. Settings on the command line win over those that came with the backup. */
export function startCopy(site: RunbookSite): RunbookStep {
  const place = copyDirectory(site);
  const data = join(place, 'data');
  const { configFile } = site.server;
  const settings = [
    ...(configFile === undefined
      ? []
      : [`config_file=${configFile}`, `data_directory=${data}`, `external_pid_file=${join(place, 'pid')}`]),
    'archive_mode=off',
    'hot_standby=on',
    'listen_addresses=',
    `unix_socket_directories=${place}`,
    'shared_buffers=128MB',
    'ssl=off',
  ];
  const options = [`-p ${site.node.port}`, ...settings.map((setting) => `-c ${setting}`)].join(' ');
  return step('Start its server; nobody reaches it but through its own socket', [
    program(
      site,
      `pg_ctl -D ${quoteForShell(data)} -w -t 3600 -l ${quoteForShell(join(place, 'server.log'))} -o ${quoteForShell(options)} start`,
    ),
  ]);
}

export function stopCopy(site: RunbookSite): string {
  return program(site, `pg_ctl -D ${quoteForShell(join(copyDirectory(site), 'data'))} -m fast -w stop`);
}

/** Waits until the copy takes writes: then it has replayed what it was to replay. */
export function copyOpenStep(site: RunbookSite): RunbookStep {
  const state = sql(site, 'SELECT pg_is_in_recovery()', { socket: copyDirectory(site) });
  return step('Wait until it is out of recovery', [
    `while state=$(${state}); [ "$state" = t ]; do sleep 2; done; [ "$state" = f ]`,
  ]);
}

/** Takes the copy away: it is nothing but a copy. */
export function dropCopyStep(site: RunbookSite): RunbookStep {
  return step('Take the copy away', [
    stopCopy(site),
    `rm -r --one-file-system ${quoteForShell(copyDirectory(site))}`,
  ]);
}
