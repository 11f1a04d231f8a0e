import type { CommandModule } from '../command-definition.ts';
import type { Configuration } from '../../config/configuration.ts';
import { formatProblems, hasErrors, problemsFailure } from '../../config/problems.ts';
import { installedEngineVersion } from '../installed-engine-version.ts';
import { maskedConfiguration } from '../../config/mask.ts';

/** `holdfast config [--check]`. Options are checked against the installed pgBackRest where there is one. */
export const run: CommandModule['run'] = async (input, context) => {
  const first = await context.readConfiguration();
  const version = first.configuration && (await installedEngineVersion(context, first.configuration));
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
