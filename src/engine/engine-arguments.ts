import type { Engine } from './engine.ts';
import { quoteForShell } from '../model/quote-for-shell.ts';

/** What is the same for every command of the engine. */
export interface CommonArguments {
  readonly stanza?: string | undefined;
  /** 1 for repo1. */
  readonly repositoryKey?: number | undefined;
  /** Seconds that one read or write on a connection may take (`--io-timeout`). */
  readonly ioTimeoutSeconds?: number | undefined;
  /** The data directory of the local node, when it is not the configured one. */
  readonly pgPath?: string | undefined;
}

/** Where the engine's own conf lies when nobody says otherwise: pgBackRest Command Reference, `--config`. */
export const defaultConfigFile = '/etc/pgbackrest/pgbackrest.conf';
export const defaultIncludeDirectory = '/etc/pgbackrest/conf.d';

/**
 * The engine's arguments from the command on: the configuration always named by both options, because `--config`
 * alone turns conf.d off (pgBackRest `src/config/parse.c`, cfgFileLoad). Never holds a secret: they are in the file.
 */
export function engineArguments(
  engine: Pick<Engine, 'settings'>,
  command: string,
  common: CommonArguments,
  rest: readonly string[] = [],
): string[] {
  return [
    command,
    `--config=${engine.settings.configFile}`,
    `--config-include-path=${engine.settings.includeDirectory}`,
    ...commonArguments(common),
    ...rest,
  ];
}

/** The command as a person would type it: without what the default files make needless, quoted for a shell. */
export function plainCommand(
  engine: Pick<Engine, 'settings' | 'binary'>,
  args: readonly string[],
  common: CommonArguments = {},
): string {
  return `sudo -u ${quoteForShell(engine.settings.user)} ${plainWords(engine, args, common)}`;
}

/** The same without a word of who runs it. */
export function plainWords(
  engine: Pick<Engine, 'settings'>,
  args: readonly string[],
  common: CommonArguments = {},
): string {
  const { settings } = engine;
  const usual =
    settings.configFile === defaultConfigFile && settings.includeDirectory === defaultIncludeDirectory;
  const [command = 'help', ...rest] = args;
  const files = usual
    ? []
    : [`--config=${settings.configFile}`, `--config-include-path=${settings.includeDirectory}`];
  const program = engine.settings.binary.includes('/') ? engine.settings.binary : 'pgbackrest';
  const options = rest.filter((word) => word.startsWith('--'));
  const names = rest.filter((word) => !word.startsWith('--'));
  const words = [program, ...files, ...commonArguments(common), ...options, command, ...names];
  return words.map(quoteForShell).join(' ');
}

function commonArguments(common: CommonArguments): string[] {
  return [
    ...(common.stanza === undefined ? [] : [`--stanza=${common.stanza}`]),
    ...(common.repositoryKey === undefined ? [] : [`--repo=${common.repositoryKey}`]),
    ...(common.pgPath === undefined ? [] : [`--pg1-path=${common.pgPath}`]),
    ...(common.ioTimeoutSeconds === undefined ? [] : [`--io-timeout=${common.ioTimeoutSeconds}`]),
  ];
}
