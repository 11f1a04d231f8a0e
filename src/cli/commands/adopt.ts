import { dirname, resolve } from 'node:path';
import { adoptInstallation, type Adoption } from '../../adopt/conf/adopt-installation.ts';
import {
  collectInstallation,
  readOthers,
  type CollectedInstallation,
} from '../../adopt/conf/collect-installation.ts';
import { draftPatroni } from '../../adopt/conf/draft-patroni.ts';
import { draftPrograms } from '../../adopt/conf/draft-programs.ts';
import { findEngineUser } from '../../adopt/conf/find-engine-user.ts';
import { draftSchedules } from '../../adopt/conf/schedules/draft-schedules.ts';
import { secretModes, type SecretMode } from '../../adopt/conf/secret-places.ts';
import { writeAdoption, type WriteOutcome } from '../../adopt/conf/write-adoption.ts';
import type { DraftNote } from '../../adopt/draft.ts';
import { defaultEngineSettings } from '../../config/schema/file.ts';
import { defaultConfigFile } from '../../engine/engine-arguments.ts';
import { readConfText } from '../../engine/conf/read-conf-text.ts';
import type { EngineVersion } from '../../model/engine-version.ts';
import { Failure } from '../../model/failure.ts';
import { findRunningDataDirectories, findUnusualPrograms } from '../../postgres/running-servers.ts';
import { currentUser, lookupUser } from '../../process/os-user.ts';
import type { CommandInput, CommandModule, CommandResult } from '../command-definition.ts';
import type { CommandContext } from '../context.ts';
import { installedEngine } from '../installed-engine-version.ts';
import { adoptionReport } from '../output/adoption-report.ts';
import { readEngineVersion } from '../read-engine-version.ts';

/** `holdfast adopt`. */
export const run: CommandModule['run'] = async (input, context) => {
  // Where every other command finds it: in ., a run as root would put secrets where the engine's user cannot go.
  const usual = context.uid === 0 ? '/etc/holdfast/holdfast.yaml' : 'holdfast.yaml';
  const output = input.value('output') ?? usual;
  const secrets = secretModes.find((mode) => mode === input.value('secrets')) ?? 'files';
  if (output === '-' && secrets === 'keep') throw secretsOnScreen();
  const version = await findVersion(input, context);
  const collected = await collectInstallation({
    conf: pathOf(input, 'conf'),
    include: pathOf(input, 'conf-include'),
    crontabs: input.values('crontab').map((file) => resolve(file)),
    timers: pathOf(input, 'timers'),
    patroni: pathOf(input, 'patroni'),
    environment: input.values('env').map((file) => resolve(file)),
    root: '/',
  });
  requireSomething(collected);
  const sources = collected.confs.map(({ file, text }) => readConfText(text, file));
  const { configFile, includeDirectory, variables } = collected;
  const user = (await findEngineUser(sources)) ?? defaultEngineSettings().user;
  const project = readOthers(collected.others, version);
  const programs = await runningPrograms();
  const adoption = adoptInstallation(
    { version, sources, variables, places: { binary: 'pgbackrest', configFile, includeDirectory, user } },
    {
      output: resolve(output === '-' ? usual : output),
      secrets,
      extend: (builder, stanzas) => {
        draftSchedules(builder, project, { stanzas, confs: sources.map(({ file }) => file) });
        draftPatroni(builder, project, stanzas);
        draftPrograms(builder, programs, stanzas);
        if (input.value('conf') !== undefined && input.value('conf-include') === undefined)
          builder.notes.push(...noteIncludeDirectory(collected));
      },
    },
  );
  const outcome =
    output === '-' ? undefined : await write(adoption, { output, secrets, user }, input, context);
  return present({ adoption, collected, outcome, version }, context);
};

/** Of servers whose programs lie where nobody would look for them: their directory by data directory. */
async function runningPrograms(): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const path of await findRunningDataDirectories()) {
    const directory = await findUnusualPrograms(path);
    if (directory !== undefined) found.set(path, directory);
  }
  return found;
}

function secretsOnScreen(): Failure {
  return new Failure('usage', {
    operation: 'read the options of adopt',
    problem: '--secrets keep and --output - would print secrets',
    hint: 'Name a file with --output, or leave --secrets out: the file then refers to secrets and holds none.',
  });
}

/**
 * The engine turns conf.d off for whoever names `--config` alone, and that is where setup puts secrets (pgBackRest
 * `src/config/parse.c`, cfgFileLoad).
 */
function noteIncludeDirectory({ configFile, includeDirectory }: CollectedInstallation): DraftNote[] {
  if (configFile === defaultConfigFile) return [];
  const why = `\`holdfast setup\` puts secrets into a file in ${includeDirectory}, which is not read for --config alone: whatever names this file (archive_command, crontabs, scripts) must name --config-include-path=${includeDirectory} too from then on. setup offers to replace archive_command.`;
  return [{ kind: 'kept', severity: 'warning', what: `--config=${configFile}`, why, position: undefined }];
}

async function findVersion(input: CommandInput, context: CommandContext): Promise<EngineVersion> {
  const asked = readEngineVersion(input.value('engine'));
  const version = asked ?? (await installedEngine(context, defaultEngineSettings()))?.version;
  if (version !== undefined) return version;
  throw new Failure('engine-missing', {
    operation: 'take over a configuration of pgbackrest',
    problem: 'pgbackrest is not installed here, and what its files mean depends on its version',
    hint: 'Run this where pgbackrest runs, or name the version: --engine 2.55.',
  });
}

function pathOf(input: CommandInput, name: string): string | undefined {
  const value = input.value(name);
  return value === undefined ? undefined : resolve(value);
}

function requireSomething({ confs, variables, skipped }: CollectedInstallation): void {
  if (confs.length > 0 || variables.length > 0) return;
  throw new Failure('nothing-found', {
    operation: 'take over a configuration of pgbackrest',
    problem: `there is no pgbackrest.conf on this host${skipped.length === 0 ? '' : ` (${skipped.join('; ')})`}`,
    hint: 'Name it with --conf. Where there is no installation yet, `holdfast init` writes a new configuration.',
  });
}

async function write(
  adoption: Adoption,
  wish: { readonly output: string; readonly secrets: SecretMode; readonly user: string },
  input: CommandInput,
  context: CommandContext,
): Promise<WriteOutcome> {
  const isRoot = context.uid === 0 && (await lookupUser(wish.user)) !== undefined;
  return writeAdoption(adoption, {
    output: resolve(wish.output),
    secrets: wish.secrets,
    owner: isRoot ? wish.user : currentUser().name,
    currentUid: context.uid,
    force: input.flag('force'),
  });
}

interface Result {
  readonly adoption: Adoption;
  readonly collected: CollectedInstallation;
  readonly outcome: WriteOutcome | undefined;
  readonly version: EngineVersion;
}

function present(result: Result, context: CommandContext): CommandResult {
  const { adoption, collected, outcome, version } = result;
  const { notes } = adoption.draft;
  const read = [...collected.confs, ...collected.others.map(({ source }) => source)].map(({ file }) => file);
  const lost = notes.filter(({ kind }) => kind === 'not-carried');
  const text =
    outcome === undefined
      ? adoption.text
      : [
          ...describeFiles(result, read, lost.length),
          adoptionReport(notes, context.terminal.columns),
          nextSteps(result),
        ].join('\n');
  if (outcome === undefined && !context.globals.json) {
    const report = adoptionReport(notes, context.terminal.columns).trimEnd();
    for (const line of [...report.split('\n'), ...noteSecrets(adoption)]) context.terminal.printNote(line);
  }
  return {
    data: {
      engineVersion: version.text,
      stanzas: adoption.stanzas,
      read,
      skipped: collected.skipped,
      written: outcome?.written ?? [],
      kept: outcome?.kept ?? [],
      commandsCompared: adoption.compared,
      notes,
      ...(outcome === undefined ? { text: adoption.text } : {}),
    },
    text,
    exitCode: lost.length === 0 ? 0 : 1,
  };
}

/** With `--output -` nothing is written, so the text names files that are not there. */
function noteSecrets({ secretFiles }: Adoption): string[] {
  return secretFiles.length === 0
    ? []
    : [
        '',
        `Secrets are not printed. The file refers to ${secretFiles.map(({ path }) => path).join(', ')}: --output FILE writes these too.`,
      ];
}

function describeFiles(
  { adoption, collected, outcome, version }: Result,
  read: readonly string[],
  lost: number,
): string[] {
  const proof =
    lost === 0
      ? `pgBackRest ${version.text} makes the same of the new files as of the old ones: ${adoption.compared} commands were compared.`
      : `Something was not carried over; it is listed below. ${adoption.compared} commands of pgBackRest ${version.text} were compared.`;
  const { written, kept } = outcome ?? { written: [], kept: [] };
  return [
    `Read:\n${read.map((file) => `  ${file}\n`).join('')}${collected.skipped.map((note) => `  not read: ${note}\n`).join('')}`,
    `Written:\n${written.map((file) => `  ${file}\n`).join('')}${kept.map(({ path, copy }) => `  ${path} was there and is ${copy} now\n`).join('')}${written.length === 0 ? '  nothing: it is there already, and the same\n' : ''}`,
    `${proof}\n`,
  ];
}

function nextSteps({ adoption, collected }: Result): string {
  const force = collected.configFile === defaultConfigFile ? '--force' : '--force --replace-archive-command';
  const { file } = adoption.configuration;
  const variables = adoption.secretFiles.find((secret) => dirname(secret.path) === dirname(file));
  // setup works on one stanza; where there are several, each needs its turn.
  const stanzas = adoption.stanzas.length > 1 ? adoption.stanzas.map((name) => ` --stanza ${name}`) : [''];
  return [
    'Nothing of the old installation was changed. Next:',
    ...(variables === undefined
      ? []
      : [`  set -a; . ${variables.path}; set +a     # the secrets, for whatever runs Holdfast`]),
    `  holdfast lint ${file}`,
    ...stanzas.flatMap((stanza) => [
      `  holdfast setup --plan --config ${file}${stanza}     # what would be replaced, line by line`,
      `  holdfast setup ${force} --config ${file}${stanza}     # puts it in place; copies of the old files are kept`,
    ]),
    '',
  ].join('\n');
}
