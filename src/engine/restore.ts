import type { Engine, EngineRunOptions, LogRecord } from './engine.ts';
import { crossesTimelines, restoreCommand } from './conf/archive-command.ts';
import { runEngine } from './run-engine.ts';

/** A restore as the engine takes it: pgBackRest Command Reference, "restore". */
export interface RestoreRequest {
  readonly stanza: string;
  readonly repositoryKey: number;
  /** The label of the set. */
  readonly set: string;
  /** The directory to restore into, when it is not the configured one. */
  readonly pgPath?: string | undefined;
  /** The configured server is on another host, and what is restored is on this one. */
  readonly withoutHost?: boolean | undefined;
  readonly type: 'default' | 'immediate' | 'time' | 'xid' | 'lsn' | 'name' | 'none' | 'preserve' | 'standby';
  /** In the engine's own form; a time must carry an offset (`2026-11-20 10:30:00+00`). */
  readonly target?: string | undefined;
  readonly targetAction?: 'pause' | 'promote' | 'shutdown' | undefined;
  /** `latest`, `current` or a number. */
  readonly targetTimeline?: number | string | undefined;
  readonly targetExclusive?: boolean | undefined;
  /** Turns archiving off in the restored cluster, so that it can never write into the archive (PostgreSQL 12 on). */
  readonly archiveModeOff: boolean;
  /** Only these databases: the files of all others are sparse and zeroed (`--db-include`). */
  readonly databases?: readonly string[] | undefined;
  /** Keep what is equal in the directory, restore the rest over it. */
  readonly delta: boolean;
  /** With delta: go on where PG_VERSION or the manifest is missing; compares by time and size, so use it with care. */
  readonly force?: boolean | undefined;
  /** Name or OID of a tablespace → directory. */
  readonly tablespaceMap: Readonly<Record<string, string>>;
  /** All other tablespaces go below this directory. */
  readonly tablespaceMapAll?: string | undefined;
  /** Restore all links as links; otherwise they become directories inside the data directory. */
  readonly linkAll?: boolean | undefined;
  /** Link inside the data directory → destination. */
  readonly linkMap?: Readonly<Record<string, string>> | undefined;
  /**
   * Lock and spool for a copy, apart from those of the production server on the same host. A restore empties the whole
   * spool of its stanza, and the copy's archive-get would share queue and lock with production's archive-push: with
   * `archive-async` a production server then stalls.
   */
  readonly workDirectory?: string | undefined;
  /** Recovery goes from the timeline of the set over into another one, or may do so. */
  readonly acrossTimelines?: boolean | undefined;
  /** `--process-max`; undefined: as its configuration says. */
  readonly processes?: number | undefined;
  /** Settings that the engine writes beside the target (`restore_command`, `primary_conninfo`, …). */
  readonly recoveryOptions?: Readonly<Record<string, string>> | undefined;
}

export interface RestoreResult {
  readonly warnings: readonly LogRecord[];
  readonly elapsedMs: number;
}

/** The engine's arguments for a restore, the command first, without configuration, stanza, repository and path. */
export function restoreArguments(
  engine: Pick<Engine, 'settings' | 'version'>,
  request: RestoreRequest,
): string[] {
  return [
    'restore',
    `--set=${request.set}`,
    ...(request.withoutHost === true ? ['--reset-pg1-host'] : []),
    ...targetArguments(request),
    ...(request.archiveModeOff ? ['--archive-mode=off'] : []),
    ...workArguments(request.workDirectory),
    ...optional('process-max', request.processes),
    ...(request.databases ?? []).map((name) => `--db-include=${name}`),
    ...(request.delta ? ['--delta'] : []),
    ...(request.force === true ? ['--force'] : []),
    ...mapArguments('tablespace-map', request.tablespaceMap),
    ...optional('tablespace-map-all', request.tablespaceMapAll),
    ...(request.linkAll === true ? ['--link-all'] : []),
    ...mapArguments('link-map', request.linkMap ?? {}),
    ...mapArguments('recovery-option', { ...ownRestoreCommand(engine, request), ...request.recoveryOptions }),
  ];
}

/**
 * Restores the files of a set and writes the recovery settings. The server must be down.
 *
 * @throws Failure as runEngine: server-running, disk-full, passphrase-wrong, nothing-found, …
 */
export async function runRestore(
  engine: Engine,
  request: RestoreRequest,
  options: EngineRunOptions = {},
): Promise<RestoreResult> {
  const result = await runEngine(engine, restoreArguments(engine, request), {
    ...options,
    stanza: request.stanza,
    repositoryKey: request.repositoryKey,
    pgPath: request.pgPath,
    operation: `restore set ${request.set} of stanza ${request.stanza}`,
  });
  return {
    warnings: result.records.filter((record) => record.level === 'warn'),
    elapsedMs: result.elapsedMs,
  };
}

/** The engine refuses target options that do not go with the type ([031]), so they are given only where they do. */
function targetArguments(request: RestoreRequest): string[] {
  const targeted = ['time', 'xid', 'lsn', 'name'].includes(request.type);
  // For `immediate` the engine always writes recovery_target_timeline = 'current' and takes no timeline.
  const followsTimeline = targeted || request.type === 'default' || request.type === 'standby';
  return [
    `--type=${request.type}`,
    ...(targeted ? optional('target', request.target) : []),
    ...(request.targetExclusive === true && ['time', 'xid', 'lsn'].includes(request.type)
      ? ['--target-exclusive']
      : []),
    ...(targeted || request.type === 'immediate' ? optional('target-action', request.targetAction) : []),
    ...(followsTimeline ? optional('target-timeline', request.targetTimeline) : []),
  ];
}

/** The engine would write its own restore_command with what is on this command line, and that does not fit archive-get. */
function ownRestoreCommand(
  { settings, version }: Pick<Engine, 'settings' | 'version'>,
  request: RestoreRequest,
): Readonly<Record<string, string>> {
  const { stanza, repositoryKey, pgPath, withoutHost, workDirectory } = request;
  const fetchAhead = request.acrossTimelines === true && !crossesTimelines(version) ? false : undefined;
  if (workDirectory === undefined && fetchAhead !== false) return {};
  const options = { repositoryKey, pgPath, withoutHost, workDirectory, fetchAhead };
  return { restore_command: restoreCommand(settings, stanza, options) };
}

function workArguments(directory: string | undefined): string[] {
  return directory === undefined ? [] : [`--lock-path=${directory}/lock`, `--spool-path=${directory}/spool`];
}

function optional(name: string, value: string | number | undefined): string[] {
  return value === undefined ? [] : [`--${name}=${value}`];
}

function mapArguments(name: string, map: Readonly<Record<string, string>>): string[] {
  return Object.entries(map).map(([key, value]) => `--${name}=${key}=${value}`);
}
