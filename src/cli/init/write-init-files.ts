import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Draft } from '../../adopt/draft.ts';
import {
  secretsHeader,
  writeEnvironmentText,
  type EnvironmentSecret,
  type SecretFile,
} from '../../adopt/environment/environment-secret.ts';
import { writeDraft } from '../../adopt/write-draft.ts';
import type { Configuration } from '../../config/configuration.ts';
import { createFiles, type NewFile } from '../../config/create-files.ts';
import { parseConfiguration } from '../../config/load.ts';
import { formatProblems, hasErrors, problemsFailure } from '../../config/problems.ts';
import { renderConf } from '../../engine/conf/render-conf.ts';
import { maskedSecrets } from '../../engine/conf/secret-values.ts';
import type { Problem } from '../../model/source-position.ts';
import { lookupUser } from '../../process/os-user.ts';
import { fingerprintOf } from '../../secrets/fingerprint.ts';
import { judgePassphrase } from '../../secrets/passphrase-strength.ts';
import { lossOfPassphrase } from '../../secrets/passphrase.ts';
import type { CommandInput, CommandResult } from '../command-definition.ts';
import type { CommandContext } from '../context.ts';
import { environmentFileName } from '../environment-beside.ts';
import { installedEngine } from '../installed-engine-version.ts';
import { describeNotes } from '../output/draft-report.ts';
import { quoteForShell } from '../../model/quote-for-shell.ts';
import { probeRendered } from './probe-rendered.ts';

/** Where a draft came from, when it was not asked for. */
export interface InitOrigin {
  readonly integration: { readonly name: string; readonly title: string };
  readonly file: string;
}

/** Everything that init has decided. */
export interface InitPlan {
  readonly draft: Draft;
  readonly secrets: readonly EnvironmentSecret[];
  readonly secretFiles: readonly SecretFile[];
  readonly origin?: InitOrigin;
}

interface Place {
  readonly directory: string;
  readonly input: CommandInput;
  readonly context: CommandContext;
}

/**
 * Writes holdfast.yaml and its secrets, after the text was read back without errors and rendered for the installed
 * pgBackRest. The secrets come first: a run that is killed between the two leaves no configuration that lacks them.
 *
 * @throws Failure config-invalid, engine-configuration, edited-by-hand and what createFiles throws; then nothing was written
 */
export async function writeInitFiles(plan: InitPlan, place: Place): Promise<CommandResult> {
  const { directory, input, context } = place;
  const configFile = join(directory, 'holdfast.yaml');
  const text = writeDraft(plan.draft);
  const { configuration, problems, engineVersion } = await checkText(text, configFile, context);
  const owner = context.uid === 0 ? await lookupUser(configuration.engine.user) : undefined;
  const files: NewFile[] = [
    ...secretFilesOf(plan, directory).map((file) => ({ ...file, owner })),
    { path: configFile, content: text, mode: 0o644, owner: undefined },
  ];
  const { written, saved } = await createFiles(files, {
    operation: 'write a new configuration',
    offersForce: true,
    moveAside: input.flag('force') || (await isLeftover(directory, configFile)),
  });
  const next = nextCommands(configFile, context);
  return {
    data: {
      ...(plan.origin === undefined
        ? {}
        : { integration: plan.origin.integration.name, source: plan.origin.file }),
      file: configFile,
      written,
      saved,
      engineVersion,
      secrets: plan.secrets.map((secret) => describeSecretFor(secret)),
      notes: plan.draft.notes,
      problems,
      next,
    },
    text: [
      ...(plan.origin === undefined
        ? []
        : [`read as the variables of: ${plan.origin.integration.title} (${plan.origin.integration.name})\n`]),
      ...written.map((path) => `wrote ${path}\n`),
      ...saved.map((path) => `kept what was there as ${path}\n`),
      ...(plan.draft.notes.length === 0
        ? []
        : ['\n', describeNotes(plan.draft.notes, context.terminal.columns)]),
      ...(problems.length === 0 ? [] : ['\n', `${formatProblems(problems)}\n`]),
      ...describePassphrases(plan.secrets),
      '\nNext:\n',
      ...next.map((command) => `  ${command}\n`),
    ].join(''),
  };
}

/**
 * The text as Holdfast reads it, checked for the installed engine and by it.
 *
 * @throws Failure config-invalid, engine-configuration
 */
async function checkText(
  text: string,
  file: string,
  context: CommandContext,
): Promise<{
  configuration: Configuration;
  problems: readonly Problem[];
  engineVersion: string | undefined;
}> {
  const first = parseConfiguration(text, file);
  if (first.configuration === undefined) throw problemsFailure(first.problems);
  const engine = await installedEngine(context, first.configuration.engine);
  if (engine === undefined)
    return { configuration: first.configuration, problems: first.problems, engineVersion: undefined };
  const { version } = engine;
  const { configuration, problems } = parseConfiguration(text, file, { engineVersion: version });
  if (configuration === undefined || hasErrors(problems)) throw problemsFailure(problems);
  const machine = { cores: availableParallelism() };
  const files = renderConf(configuration, { version, machine, secrets: maskedSecrets });
  await probeRendered(
    engine,
    files,
    configuration.stanzas.map(({ name }) => name),
  );
  return { configuration, problems, engineVersion: version.text };
}

function secretFilesOf(plan: InitPlan, directory: string): Omit<NewFile, 'owner'>[] {
  const files = plan.secretFiles.map(({ name, content }) => ({
    path: join(directory, name),
    content,
    mode: 0o600,
  }));
  if (plan.secrets.length === 0) return files;
  const origin = plan.origin === undefined ? '`holdfast init`' : plan.origin.file;
  const content = writeEnvironmentText(plan.secrets, origin);
  // It comes first: by it a run finds what one that was killed left behind.
  return [{ path: join(directory, environmentFileName), content, mode: 0o600 }, ...files];
}

/** What a run that was killed left behind: secrets of ours for which there is no configuration. */
async function isLeftover(directory: string, configFile: string): Promise<boolean> {
  const read = (path: string): Promise<string | undefined> => readFile(path, 'utf8').catch(() => undefined);
  if ((await read(configFile)) !== undefined) return false;
  return (await read(join(directory, environmentFileName)))?.startsWith(secretsHeader) === true;
}

function describeSecretFor({ name, value, purpose, from }: EnvironmentSecret): Record<string, unknown> {
  const { grade } = judgePassphrase(value);
  const isPassphrase = name.endsWith('_PASSPHRASE');
  return {
    name,
    purpose,
    from,
    ...(isPassphrase
      ? { strength: grade, fingerprint: grade === 'strong' ? fingerprintOf(value) : undefined }
      : {}),
  };
}

function describePassphrases(secrets: readonly EnvironmentSecret[]): string[] {
  const passphrases = secrets.filter(({ name }) => name.endsWith('_PASSPHRASE'));
  if (passphrases.length === 0) return [];
  const lines = passphrases.map(({ name, value }) => {
    const { grade } = judgePassphrase(value);
    return grade === 'strong'
      ? `${name}: fingerprint ${fingerprintOf(value)}\n`
      : `${name}: ${grade === 'short' ? 'is weaker than the cipher' : 'can be guessed'}. It cannot be changed: \`holdfast secrets rotate-plan\` says how to move to another.\n`;
  });
  return ['\n', ...lines, ...lossOfPassphrase.map((line) => `${line}\n`)];
}

function nextCommands(configFile: string, context: CommandContext): readonly string[] {
  const isFound = configFile === '/etc/holdfast/holdfast.yaml';
  const option = isFound ? '' : ` --config ${quoteForShell(configFile)}`;
  const root = context.uid === 0 ? '' : 'sudo ';
  return [
    `holdfast config${option}`,
    `${root}holdfast setup --plan${option}`,
    `${root}holdfast setup${option}`,
    `${root}holdfast check${option}`,
  ];
}
