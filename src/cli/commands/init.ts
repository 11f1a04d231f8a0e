import { randomBytes } from 'node:crypto';
import { access } from 'node:fs/promises';
import { resolve } from 'node:path';
import {
  describeHosted,
  findHostedConnection,
  possibleFor,
  type HostedDatabase,
} from '../../adopt/environment/hosted-database.ts';
import { importEnvironment } from '../../adopt/environment/import-environment.ts';
import type { IntegrationName } from '../../adopt/environment/integration.ts';
import { askProtection } from '../../adopt/interactive/ask-protection.ts';
import { detectClusters, inspectCluster } from '../../adopt/interactive/detect-clusters.ts';
import { draftProtection } from '../../adopt/interactive/new-protection.ts';
import { defaultEngineSettings } from '../../config/schema/file.ts';
import { Failure } from '../../model/failure.ts';
import { generatePassphrase } from '../../secrets/passphrase.ts';
import type { CommandInput, CommandModule, CommandResult } from '../command-definition.ts';
import type { CommandContext } from '../context.ts';
import { installedEngine } from '../installed-engine-version.ts';
import { clusterPlace, namedCluster } from '../init/cluster-place.ts';
import { findForeignConfiguration } from '../init/find-foreign-configuration.ts';
import {
  givenProtectionOptions,
  readProtectionOptions,
  refuseOptions,
} from '../init/read-protection-options.ts';
import { readVariables } from '../init/read-variables.ts';
import { writeInitFiles, type InitOrigin } from '../init/write-init-files.ts';

const newPassphrase = (): string => generatePassphrase(randomBytes);

/** `holdfast init [--from-env FILE]`. */
export const run: CommandModule['run'] = async (input, context) => {
  const directory = outputDirectory(input, context);
  const file = input.value('from-env');
  if (file !== undefined) {
    const others = givenProtectionOptions(input, ['path', 'port', 'no-encryption']);
    refuseOptions(others, 'not with --from-env, where the variables say it');
    return fromEnvironment(file, directory, { input, context });
  }
  if (input.value('integration') !== undefined) refuseOptions(['integration'], 'only with --from-env');
  const wanted = givenProtectionOptions(input).length > 0;
  const ask = context.terminal.ask;
  if (wanted || ask === undefined) {
    const hosted = wanted ? undefined : hostedElsewhere(context);
    if (hosted !== undefined) return hostedResult(hosted);
    const protection = await readProtectionOptions(input, context, newPassphrase);
    await warnOfForeignConfiguration(context);
    const { draft, secrets } = draftProtection(protection);
    return writeInitFiles({ draft, secrets, secretFiles: [] }, { directory, input, context });
  }
  return fromInterview(directory, { input, context });
};

interface Call {
  readonly input: CommandInput;
  readonly context: CommandContext;
}

async function fromEnvironment(file: string, directory: string, call: Call): Promise<CommandResult> {
  const { input, context } = call;
  const text = await readVariables(file);
  const path = file === '-' ? '(standard input)' : resolve(file);
  const result = importEnvironment(
    text,
    path,
    {
      directory,
      newPassphrase,
      encrypt: !input.flag('no-encryption'),
      cluster: await namedCluster(input),
      found: await Promise.all((await detectClusters()).map(clusterPlace)),
      stanza: context.globals.stanza,
    },
    input.value('integration') as IntegrationName | undefined,
  );
  if (result.kind === 'hosted') return hostedResult(result.hosted);
  const { draft, secrets, secretFiles } = result;
  const origin: InitOrigin = { integration: result.integration, file: path };
  return writeInitFiles({ draft, secrets, secretFiles, origin }, { directory, ...call });
}

async function fromInterview(directory: string, call: Call): Promise<CommandResult> {
  const { context } = call;
  const { terminal, signal } = context;
  const clusters = await detectClusters();
  const hosted = clusters.length === 0 ? hostedElsewhere(context) : undefined;
  if (hosted !== undefined) return hostedResult(hosted);
  // What is in the way is told before anybody has answered anything.
  await refuseExisting(directory, call);
  const interview = {
    tell: (line: string) => terminal.printNote(line),
    ask: (question: string) => askOrStop(terminal.ask, question, signal),
    askHidden: (question: string) => askOrStop(terminal.askHidden, question, signal),
  };
  interview.tell(await describeEngine(context));
  const foreign = await findForeignConfiguration();
  if (foreign !== undefined) {
    interview.tell(`There is a pgBackRest configuration already: ${foreign}`);
    const answer = await interview.ask('Take it over with its backups, instead of beginning anew? [Y/n] ');
    if (!/^no?$/i.test(answer)) return adoptInstead(foreign);
  }
  const protection = await askProtection(interview, {
    clusters,
    placeOf: clusterPlace,
    inspect: inspectCluster,
    stanza: context.globals.stanza,
    newPassphrase,
  });
  const { draft, secrets } = draftProtection(protection);
  return writeInitFiles({ draft, secrets, secretFiles: [] }, { directory, ...call });
}

async function describeEngine(context: CommandContext): Promise<string> {
  const engine = await installedEngine(context, defaultEngineSettings());
  return engine === undefined
    ? 'pgBackRest is not installed yet (Debian and Ubuntu: apt-get install pgbackrest).'
    : `pgBackRest ${engine.version.text} in ${engine.binary}`;
}

function adoptInstead(foreign: string): CommandResult {
  // Without --conf it reads the same file, and what runs it: crontabs, timers, patroni.yml.
  const command = 'holdfast adopt';
  return {
    data: { written: [], adopt: { configFile: foreign, command } },
    text: `Nothing was written. Take it over with: ${command}\n`,
  };
}

async function warnOfForeignConfiguration(context: CommandContext): Promise<void> {
  const foreign = await findForeignConfiguration();
  if (foreign === undefined) return;
  context.terminal.printWarning(
    `warning: there is a pgBackRest configuration already (${foreign}); \`holdfast adopt\` takes it over with its backups`,
  );
}

/** What holds a hosted database is no secret to this process; only the host of it is looked at. */
function hostedElsewhere(context: CommandContext): HostedDatabase | undefined {
  const variables = new Map(
    Object.entries(context.env).map(([name, value]) => [
      name,
      { name, value, position: { file: 'environment', line: 1, column: 1 }, unresolved: [] },
    ]),
  );
  const found = findHostedConnection({
    file: 'environment',
    form: 'environment',
    variables,
    overridden: [],
    unreadable: [],
  });
  return found && { ...found, switchedOff: undefined };
}

function hostedResult(hosted: HostedDatabase): CommandResult {
  const { provider, host, switchedOff } = hosted;
  return {
    data: {
      written: [],
      hosted: {
        provider: provider?.name,
        host: host?.name,
        variable: host?.variable,
        switchedOff,
        recovery: provider?.recovery,
        documentation: provider?.documentation,
        possible: possibleFor(hosted),
      },
    },
    text: `${describeHosted(hosted)}\n`,
    exitCode: 1,
  };
}

function outputDirectory(input: CommandInput, context: CommandContext): string {
  return resolve(input.value('output') ?? (context.uid === 0 ? '/etc/holdfast' : '.'));
}

async function refuseExisting(directory: string, { input }: Call): Promise<void> {
  if (input.flag('force')) return;
  const path = resolve(directory, 'holdfast.yaml');
  const isThere = await access(path).then(
    () => true,
    () => false,
  );
  if (!isThere) return;
  throw new Failure('edited-by-hand', {
    operation: 'write a new configuration',
    place: path,
    problem: 'the file is there already, and nothing is overwritten',
    hint: 'Edit it, choose another place with --output, or keep it under another name with --force.',
  });
}

/** @throws Failure interrupted when Ctrl-C or Ctrl-D was the answer */
async function askOrStop(
  ask: ((question: string, signal: AbortSignal) => Promise<string | undefined>) | undefined,
  question: string,
  signal: AbortSignal,
): Promise<string> {
  if (ask === undefined) throw new Error('asked without a terminal');
  try {
    const answer = await ask(question, signal);
    if (answer !== undefined) return answer;
  } catch (error) {
    if (!signal.aborted) throw error;
    throw stopped(error);
  }
  throw stopped();
}

function stopped(cause?: unknown): Failure {
  return new Failure('interrupted', {
    operation: 'write a new configuration',
    problem: 'stopped before the last question, nothing was written',
    cause,
  });
}
