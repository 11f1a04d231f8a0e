import { chown, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../../process/run-command.ts';
import type { ConfSource } from '../conf/conf-source.ts';
import type { Engine } from '../engine.ts';
import { engineEnvironment } from '../engine-environment.ts';
import { optionOfVariable } from '../resolve/read-environment-options.ts';
import { readOptionName } from '../resolve/read-option-name.ts';
import { resolveOptions } from '../resolve/resolve-options.ts';
import { harmlessArguments, harmlessValue, type ProbeTarget } from './harmless-values.ts';
import { type ProbeVerdict, readProbeOutput } from './probe-verdict.ts';

export type ProbeEngine = Pick<Engine, 'binary' | 'version' | 'runAs'>;

/** What is to be judged by the real engine. */
export interface ProbeRequest {
  readonly stanza: string | undefined;
  readonly sources: readonly ConfSource[];
  /** Only `PGBACKREST_*` is handed on. */
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * Commands that stop by themselves right after they read their options, given a stop file, a postmaster.pid and
 * nothing to push or get.
 */
export const probedCommands = [
  'archive-get',
  'archive-push',
  'backup',
  'check',
  'expire',
  'info',
  'restore',
  'stanza-create',
  'stanza-upgrade',
  'verify',
] as const;

const longestRunMs = 5000;

/** A directory of copies in which the engine can judge configurations one after the other. */
export class ConfigurationProbe {
  readonly #engine: ProbeEngine;
  readonly #directory: string;

  private constructor(engine: ProbeEngine, directory: string) {
    this.#engine = engine;
    this.#directory = directory;
  }

  /**
   * Prepares an empty throw-away directory: `lock/all.stop`, `pg/postmaster.pid`, `include/`.
   *
   * @param directory exists and is the caller's to remove; its owner becomes the user that the engine runs as
   */
  static async open(engine: ProbeEngine, directory: string): Promise<ConfigurationProbe> {
    for (const name of ['.', 'lock', 'pg', 'empty', 'include'])
      await giveAway(engine, join(directory, name), (path) => mkdir(path, { recursive: true, mode: 0o700 }));
    await giveAway(engine, join(directory, 'lock', 'all.stop'), (path) => writeFile(path, ''));
    await giveAway(engine, join(directory, 'pg', 'postmaster.pid'), (path) => writeFile(path, ''));
    return new ConfigurationProbe(engine, directory);
  }

  /**
   * Lets the engine read a configuration for one command. It stops before it does anything: what could lead to real
   * files, servers or stores is replaced in the copy by a value of the same kind that leads nowhere.
   *
   * A run that is not over after five seconds took its options and is ended. Not for two runs at the same time.
   *
   * @throws SpawnError when the engine cannot be started
   */
  async judge(command: string, request: ProbeRequest): Promise<ProbeVerdict> {
    const target: ProbeTarget = { version: this.#engine.version, command, directory: this.#directory };
    const files = await this.#writeCopies(request.sources, target);
    const resolved = resolveOptions({
      version: target.version,
      command,
      stanza: request.stanza,
      sources: request.sources,
      environment: request.environment,
      arguments: [],
    });
    const result = await runCommand({
      command: this.#engine.binary,
      args: [
        command,
        ...(files[0] === undefined ? ['--no-config'] : [`--config=${files[0]}`]),
        `--config-include-path=${join(this.#directory, 'include')}`,
        ...(request.stanza === undefined ? [] : [`--stanza=${request.stanza}`]),
        ...harmlessArguments(resolved, target),
      ],
      env: { ...harmlessEnvironment(request.environment, target), ...engineEnvironment(this.#engine.runAs) },
      runAs: this.#engine.runAs,
      timeoutMs: longestRunMs,
      graceMs: 1000,
    });
    for (const file of files) await rm(file, { force: true });
    return readProbeOutput(result.code, `${result.stdout}\n${result.stderr}`);
  }

  async #writeCopies(sources: readonly ConfSource[], target: ProbeTarget): Promise<readonly string[]> {
    const files: string[] = [];
    for (const [position, source] of sources.entries()) {
      const name = position === 0 ? 'main.conf' : `include/${String(position).padStart(3, '0')}.conf`;
      const file = join(this.#directory, name);
      // The copy may hold secrets of the file.
      await giveAway(this.#engine, file, (path) =>
        writeFile(path, harmlessText(source, target), { mode: 0o600 }),
      );
      files.push(file);
    }
    return files;
  }
}

/** The text of a file with harmless values; everything else stays where it is. */
function harmlessText(source: ConfSource, target: ProbeTarget): string {
  let text = '';
  let at = 0;
  for (const { name, value, valueStart } of source.entries) {
    const reading = readOptionName(name, target.version);
    const replacement = reading.kind === 'option' ? harmlessValue(reading.option, value, target) : undefined;
    if (replacement === undefined) continue;
    text += source.text.slice(at, valueStart) + replacement;
    at = valueStart + value.length;
  }
  return text + source.text.slice(at);
}

function harmlessEnvironment(
  environment: Readonly<Record<string, string>>,
  target: ProbeTarget,
): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [variable, value] of Object.entries(environment)) {
    const name = optionOfVariable(variable);
    if (name === undefined) continue;
    const reading = readOptionName(name, target.version);
    const replacement = reading.kind === 'option' ? harmlessValue(reading.option, value, target) : undefined;
    kept[variable] = replacement ?? value;
  }
  return kept;
}

async function giveAway(
  engine: ProbeEngine,
  path: string,
  make: (path: string) => Promise<unknown>,
): Promise<void> {
  await make(path);
  if (engine.runAs !== undefined) await chown(path, engine.runAs.uid, engine.runAs.gid);
}
