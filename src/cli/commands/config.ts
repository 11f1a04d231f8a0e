import type { CommandModule } from '../command-definition.ts';
import type { CommandContext } from '../context.ts';
import type { Configuration } from '../../config/configuration.ts';
import { formatProblems, hasErrors, problemsFailure } from '../../config/problems.ts';
import { maskedConfiguration } from '../../config/mask.ts';
import type { EngineVersion } from '../../model/engine-version.ts';
import { isFailure } from '../../model/failure.ts';

/** `holdfast config [--check]`. Options are checked against the installed pgBackRest where there is one. */
export const run: CommandModule['run'] = async (input, context) => {
  const first = await context.readConfiguration();
  const version = first.configuration && (await installedVersion(context, first.configuration));
  const { configuration, problems } = version ? await context.readConfiguration(version) : first;
  if (configuration === undefined || hasErrors(problems)) throw problemsFailure(problems);
  const checkOnly = input.flag('check');
  const resolved = maskedConfiguration(configuration);
  const exitCode = problems.length > 0 ? 1 : 0;
  const engineVersion = version?.text;
  if (problems.length > 0 && !context.globals.json) context.terminal.printWarning(formatProblems(problems));
  return {
    data: {
      file: configuration.file,
      engineVersion,
      problems,
      ...(checkOnly ? {} : { configuration: resolved }),
    },
    text: checkOnly ? checkText(configuration, problems.length) : await yamlText(resolved),
    exitCode,
  };
};

function checkText(configuration: Configuration, count: number): string {
  const names = configuration.stanzas.map((stanza) => stanza.name).join(', ');
  const judgement =
    count === 0 ? 'no problems' : `${count} ${count === 1 ? 'warning' : 'warnings'}, no errors`;
  return `${configuration.file}: ${judgement} (stanzas: ${names})\n`;
}

async function yamlText(value: unknown): Promise<string> {
  const { stringify } = await import('yaml');
  return stringify(value, { lineWidth: 0 });
}

/** Undefined where pgBackRest is not installed: a file may be written before that. */
async function installedVersion(
  context: CommandContext,
  configuration: Configuration,
): Promise<EngineVersion | undefined> {
  const { openEngine } = await import('../../engine/open-engine.ts');
  const { lookupUser, runAsFor } = await import('../../process/os-user.ts');
  const user = await lookupUser(configuration.engine.user);
  // Root never runs it as itself; anybody may ask it for its version.
  if (user === undefined && context.uid === 0) return undefined;
  const runAs = user !== undefined && context.uid === 0 ? runAsFor(user, context.uid) : undefined;
  try {
    return (await openEngine(configuration.engine, { path: context.path, runAs })).version;
  } catch (error) {
    if (isFailure(error, 'engine-missing')) return undefined;
    throw error;
  }
}
