import { access, constants, stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { EngineSettings } from '../config/configuration.ts';
import {
  type EngineVersion,
  isAtLeast,
  parseEngineVersion,
  supportedEngineMinors,
} from '../model/engine-version.ts';
import { Failure } from '../model/failure.ts';
import { type RunAs, runCommand } from '../process/run-command.ts';
import type { Engine, EngineProgram } from './engine.ts';
import { engineEnvironment } from './engine-environment.ts';

/**
 * Finds pgBackRest.
 *
 * @param deps.path the search path (`PATH`), used when `settings.binary` is a bare name
 * @param deps.runAs the user that runs it; undefined: the present one
 * @throws Failure engine-missing
 */
export async function findEngine(
  settings: EngineSettings,
  deps: { path: string; runAs: RunAs | undefined },
): Promise<EngineProgram> {
  return { settings, binary: await findBinary(settings.binary, deps.path), runAs: deps.runAs };
}

/**
 * Finds pgBackRest, asks it for its version and checks that Holdfast can work with it.
 *
 * @param deps.path the search path (`PATH`), used when `settings.binary` is a bare name
 * @param deps.runAs the user that runs it; undefined: the present one
 * @throws Failure engine-missing, engine-unsupported
 */
export async function openEngine(
  settings: EngineSettings,
  deps: { path: string; runAs: RunAs | undefined },
): Promise<Engine> {
  return askForVersion(await findEngine(settings, deps));
}

/** Asks a program that was found for its version. Throws as openEngine does. */
export async function askForVersion(program: EngineProgram): Promise<Engine> {
  const { binary } = program;
  const version = await readVersion(binary, program.runAs);
  if (version.major !== 2 || version.minor < supportedEngineMinors.oldest) {
    throw new Failure('engine-unsupported', {
      operation: 'open pgbackrest',
      place: binary,
      problem: `version ${version.text} is not supported`,
      hint: `Install pgBackRest 2.${supportedEngineMinors.oldest} or newer.`,
      details: { version: version.text },
    });
  }
  return { ...program, version };
}

/** True when Holdfast's own tests ran with this version; a newer minor version is used all the same. */
export function isTestedVersion(version: EngineVersion): boolean {
  return (
    isAtLeast(version, supportedEngineMinors.oldest) &&
    version.major === 2 &&
    version.minor <= supportedEngineMinors.newest
  );
}

async function findBinary(binary: string, path: string): Promise<string> {
  const candidates = binary.includes('/')
    ? [binary]
    : path
        .split(delimiter)
        .filter((directory) => directory.startsWith('/'))
        .map((directory) => join(directory, binary));
  for (const candidate of candidates) {
    if (await isExecutableFile(candidate)) return candidate;
  }
  throw new Failure('engine-missing', {
    operation: 'find pgbackrest',
    place: binary,
    problem: binary.includes('/') ? 'there is no executable file' : `not found in ${path}`,
    hint: 'Install pgBackRest (Debian and Ubuntu: apt-get install pgbackrest), or set engine.binary in holdfast.yaml.',
  });
}

async function isExecutableFile(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    // Not there or not ours to run: the next place on the search path is tried.
    return false;
  }
}

async function readVersion(binary: string, runAs: RunAs | undefined): Promise<EngineVersion> {
  const result = await runCommand({
    command: binary,
    args: ['version'],
    env: engineEnvironment(runAs),
    runAs,
    timeoutMs: 20_000,
  });
  const version = result.code === 0 ? parseEngineVersion(result.stdout) : undefined;
  if (version !== undefined) return version;
  throw new Failure('engine-missing', {
    operation: 'ask pgbackrest for its version',
    place: binary,
    problem: `the answer is not pgBackRest's: ${(result.stdout || result.stderr || `exit code ${result.code}`).slice(0, 200)}`,
    hint: 'Check that engine.binary in holdfast.yaml is the pgbackrest program and that it runs by itself.',
  });
}
