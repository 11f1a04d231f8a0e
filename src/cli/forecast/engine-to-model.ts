import { Failure } from '../../model/failure.ts';
import { type EngineVersion, parseEngineVersion, supportedEngineMinors } from '../../model/engine-version.ts';
import type { CommandContext } from '../context.ts';

/**
 * The version whose expire is modelled: the installed one, or the newest supported where none is installed or it may not
 * be run by this user.
 */
export async function engineToModel(
  context: CommandContext,
): Promise<{ readonly version: EngineVersion; readonly assumed: readonly string[] }> {
  try {
    return { version: (await context.engine()).version, assumed: [] };
  } catch (error) {
    if (
      !(error instanceof Failure) ||
      !['engine-missing', 'not-permitted', 'engine-unsupported'].includes(error.kind)
    )
      throw error;
    const text = `2.${supportedEngineMinors.newest}`;
    const version = parseEngineVersion(text);
    if (version === undefined) throw error;
    return {
      version,
      assumed: [`pgBackRest ${text}, as the installed one could not be asked (${error.problem})`],
    };
  }
}
