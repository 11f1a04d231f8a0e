import type { Configuration, EngineSettings } from '../config/configuration.ts';
import type { Engine } from '../engine/engine.ts';
import { openEngine } from '../engine/open-engine.ts';
import type { EngineVersion } from '../model/engine-version.ts';
import { isFailure } from '../model/failure.ts';
import { lookupUser } from '../process/os-user.ts';
import type { CommandContext } from './context.ts';

/**
 * The version of the installed pgBackRest. Anybody may ask it for that; root asks as the engine's user.
 *
 * @returns undefined where it is not installed: a file may be written before that
 * @throws Failure engine-unsupported
 */
export async function installedEngineVersion(
  context: CommandContext,
  configuration: Configuration,
): Promise<EngineVersion | undefined> {
  return (await installedEngine(context, configuration.engine))?.version;
}

/**
 * The installed pgBackRest, run as its user where this process is root, and as this user otherwise.
 *
 * @returns undefined where it, or its user, is not there
 * @throws Failure engine-unsupported
 */
export async function installedEngine(
  context: CommandContext,
  settings: EngineSettings,
): Promise<Engine | undefined> {
  const user = context.uid === 0 ? await lookupUser(settings.user) : undefined;
  if (context.uid === 0 && user === undefined) return undefined;
  try {
    return await openEngine(settings, { path: context.path, runAs: user?.uid === 0 ? undefined : user });
  } catch (error) {
    if (isFailure(error, 'engine-missing')) return undefined;
    throw error;
  }
}
