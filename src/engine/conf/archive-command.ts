import { basename } from 'node:path';
import type { EngineSettings } from '../../config/configuration.ts';
import { type EngineVersion, isAtLeast } from '../../model/engine-version.ts';
import { Failure } from '../../model/failure.ts';
import { quoteForShell } from '../../model/quote-for-shell.ts';
import { defaultConfigFile, defaultIncludeDirectory } from '../engine-arguments.ts';

/**
 * The value of archive_command: plain pgbackrest, nothing of Holdfast in the way of WAL.
 *
 * The server runs it by a shell after replacing %p and %% (PostgreSQL, "Continuous Archiving"), so a percent sign is
 * doubled. The result is not quoted for SQL.
 *
 * @throws Failure config-invalid when it would not contain the word pgbackrest, without which the engine refuses
 *   backups ([068])
 */
export function archiveCommand(settings: EngineSettings, stanza: string): string {
  const command = `${program(settings, stanza)} archive-push "%p"`;
  if (command.includes('pgbackrest')) return command;
  throw new Failure('config-invalid', {
    operation: 'make archive_command',
    place: settings.binary,
    problem:
      'the name of the engine does not contain pgbackrest, and the engine refuses such an archive_command',
    hint: 'Name the program (or a link to it) pgbackrest and set engine.binary in holdfast.yaml.',
  });
}

/** What a restore_command needs beyond the stanza. */
export interface RestoreCommandOptions {
  /** Only this repository; undefined: the first that has the segment. */
  readonly repositoryKey?: number | undefined;
  /** The data directory of the server that runs it, when it is not the configured one. */
  readonly pgPath?: string | undefined;
  /** The configured server is on another host than the one that runs it. */
  readonly withoutHost?: boolean | undefined;
  /**
   * Lock and spool of its own, for a server beside production: fetching ahead uses the spool directory and a lock of
   * the stanza, which two servers must not share. Fetching ahead is then asked for, whatever the file says, because
   * the engine refuses a spool path without it ([031]).
   */
  readonly workDirectory?: string | undefined;
  /** False: each segment is fetched when it is asked for. Undefined: as the file says, and ahead with a work directory. */
  readonly fetchAhead?: boolean | undefined;
}

/** The value of restore_command, as the engine itself writes it on restore. */
export function restoreCommand(
  settings: EngineSettings,
  stanza: string,
  options: RestoreCommandOptions = {},
): string {
  const words = [
    ...(options.pgPath === undefined ? [] : [`--pg1-path=${options.pgPath}`]),
    ...(options.withoutHost === true ? ['--reset-pg1-host'] : []),
    ...(options.repositoryKey === undefined ? [] : [`--repo=${options.repositoryKey}`]),
    ...workArguments(options),
  ];
  return `${[program(settings, stanza), ...words.map(quoteForServer)].join(' ')} archive-get %f "%p"`;
}

/**
 * Whether fetching ahead is safe where one timeline goes over into the next. Before 2.59.0 it loses a race: the process
 * that fetches ahead of one segment may take the lock that the one for the next segment needs, and has a list of the other
 * timeline. That one is waited for in vain, and PostgreSQL, told that it is not there, takes the segment of the timeline
 * that was left (pgBackRest `src/command/archive/get/get.c`, cmdArchiveGet; met with 2.45 on a busy machine).
 */
export function crossesTimelines(version: EngineVersion): boolean {
  return isAtLeast(version, 59);
}

function workArguments({ workDirectory: directory, fetchAhead }: RestoreCommandOptions): string[] {
  if (fetchAhead === false) return ['--no-archive-async'];
  return directory === undefined
    ? []
    : ['--archive-async', `--lock-path=${directory}/lock`, `--spool-path=${directory}/spool`];
}

function program(settings: EngineSettings, stanza: string): string {
  const usual =
    settings.configFile === defaultConfigFile && settings.includeDirectory === defaultIncludeDirectory;
  const words = [
    settings.binary.includes('/') ? settings.binary : basename(settings.binary),
    ...(usual
      ? []
      : [`--config=${settings.configFile}`, `--config-include-path=${settings.includeDirectory}`]),
    `--stanza=${stanza}`,
  ];
  return words.map(quoteForServer).join(' ');
}

function quoteForServer(word: string): string {
  return quoteForShell(word.replaceAll('%', '%%'));
}
