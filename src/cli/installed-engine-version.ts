import type { Configuration } from '../config/configuration.ts';
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
  const user = context.uid === 0 ? await lookupUser(configuration.engine.user) : undefined;
  if (context.uid === 0 && user === undefined) return undefined;
  try {
    const engine = await openEngine(configuration.engine, {
      path: context.path,
      runAs: user?.uid === 0 ? undefined : user,
    });
    return engine.version;
  } catch (error) {
    if (isFailure(error, 'engine-missing')) return undefined;
    throw error;
  }
}
