import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { isAbsolute, resolve } from 'node:path';
import type { Configuration } from '../../config/configuration.ts';
import { hasErrors, problemsFailure } from '../../config/problems.ts';
import { resolveSecret } from '../../config/secrets.ts';
import { applyFileWrites } from '../../engine/conf/apply-file-writes.ts';
import { planFileWrites, type FileChange } from '../../engine/conf/plan-file-writes.ts';
import type { RenderedFile } from '../../engine/conf/render-conf.ts';
import {
  lookUpSecrets,
  maskedSecrets,
  type ResolvedSecrets,
  resolveSecrets,
} from '../../engine/conf/secret-values.ts';
import { supportedEngineMinors, type EngineVersion } from '../../model/engine-version.ts';
import { Failure } from '../../model/failure.ts';
import type { SecretReference } from '../../model/secret.ts';
import { currentUser } from '../../process/os-user.ts';
import { allTargets } from '../../render/deployment/all-targets.ts';
import type { DeploymentTarget, RenderCall } from '../../render/deployment/deployment-target.ts';
import { placeFiles, type Elsewhere } from '../../render/deployment/place-files.ts';
import type { CommandInput, CommandModule, CommandResult } from '../command-definition.ts';
import type { CommandContext } from '../context.ts';
import { editFileInto } from '../edit-file-into.ts';
import { installedEngineVersion } from '../installed-engine-version.ts';
import { readEngineVersion } from '../read-engine-version.ts';
import { secretAccess } from '../secret-access.ts';

/** `holdfast render TARGET`. */
export const run: CommandModule['run'] = async (input, context) => {
  const target = findTarget(input.argument('target') ?? '');
  if (input.flag('with-secrets') && target.name !== 'pigsty') throw secretsMeaningless(target);
  const version = await versionFor(target, input, context);
  const configuration =
    version === undefined ? await context.configuration() : await configurationFor(context, version);
  const out = input.value('out');
  const compares = input.flag('check');
  const writes = out !== undefined && !compares;
  const host = input.value('host');
  const masked: RenderCall = {
    source: await readFile(configuration.file, 'utf8'),
    host,
    stanza: context.globals.stanza,
    version: version ?? newestVersion,
    machine: { cores: availableParallelism() },
    secrets: maskedSecrets,
    withSecrets: input.flag('with-secrets'),
    into: input.value('into') !== undefined,
    owner: currentUser().name,
    job: input.value('job') ?? 'holdfast',
  };
  const call =
    writes || compares || masked.into === true
      ? { ...masked, secrets: await secretsFor(target, configuration, masked, context) }
      : masked;
  const into = input.value('into');
  if (into !== undefined) {
    const edit = editOf(target);
    const { hide, keepsCopy } = target;
    return editFileInto(into, (text) => edit(text, configuration, call), { compares, hide, keepsCopy });
  }
  const rendered = target.render(configuration, call);
  const files = out === undefined ? rendered : placeFiles(rendered, elsewhere(out, context));
  if (!writes && !compares) return printFiles(files, version);
  if (files.some(({ path }) => !isAbsolute(path))) throw placeUnknown(target);
  const changes = await planFileWrites(files);
  return compares ? compareFiles(changes) : writeFiles(changes, input, context);
};

async function secretsFor(
  { needsSecrets }: DeploymentTarget,
  configuration: Configuration,
  call: RenderCall,
  context: CommandContext,
): Promise<ResolvedSecrets> {
  const lookUp = (reference: SecretReference): Promise<string> =>
    resolveSecret(reference, secretAccess(context));
  if (typeof needsSecrets === 'function') return lookUpSecrets(needsSecrets(configuration, call), lookUp);
  return needsSecrets ? resolveSecrets(configuration, call.host, lookUp) : maskedSecrets;
}

/** For targets without a pgbackrest.conf, which ask no version. */
const newestVersion: EngineVersion = {
  text: `2.${supportedEngineMinors.newest}`,
  major: 2,
  minor: supportedEngineMinors.newest,
  patch: 0,
};

/** The parser has refused what is not in the list of targets. */
function findTarget(name: string): DeploymentTarget {
  const target = allTargets.find((candidate) => candidate.name === name);
  if (target === undefined) throw new Error(`no target is called ${name}`);
  return target;
}

function editOf(target: DeploymentTarget): NonNullable<DeploymentTarget['edit']> {
  if (target.edit !== undefined) return target.edit;
  throw new Failure('usage', {
    operation: `edit a file for ${target.name}`,
    problem: 'this target has files of its own only',
    hint: 'Write them with --out.',
  });
}

async function versionFor(
  target: DeploymentTarget,
  input: CommandInput,
  context: CommandContext,
): Promise<EngineVersion | undefined> {
  const given = readEngineVersion(input.value('engine'));
  if (given !== undefined || target.engine === 'none') return given;
  return target.engine === 'installed'
    ? installedVersion(context)
    : readEngineVersion((await context.configuration()).deploy.engineVersion);
}

function secretsMeaningless(target: DeploymentTarget): Failure {
  return new Failure('usage', {
    operation: `render ${target.name}`,
    problem: '--with-secrets does something only with pigsty',
    hint: 'Leave it out: files that need values of secrets have them, with mode 0600.',
  });
}

function placeUnknown(target: DeploymentTarget): Failure {
  return new Failure('usage', {
    operation: `compare the files of ${target.name}`,
    problem: 'it is not known where they are',
    hint: 'Name the directory with --out.',
  });
}

async function installedVersion(context: CommandContext): Promise<EngineVersion> {
  const version = await installedEngineVersion(context, await context.configuration());
  if (version) return version;
  throw new Failure('engine-missing', {
    operation: 'ask pgbackrest for its version',
    problem: 'pgbackrest is not installed here, so it is not known for which version to render',
    hint: 'Name the version with --engine, for example --engine 2.55.',
  });
}

/** The configuration, checked against the version that it is rendered for. */
async function configurationFor(context: CommandContext, version: EngineVersion): Promise<Configuration> {
  const { configuration, problems } = await context.readConfiguration(version);
  if (configuration === undefined || hasErrors(problems)) throw problemsFailure(problems);
  return configuration;
}

/** Below a directory the files belong to whoever writes them, unless root does. */
function elsewhere(out: string, context: CommandContext): Elsewhere {
  return { directory: resolve(out), owner: context.uid === 0 ? undefined : currentUser().name };
}

function describeFile(file: RenderedFile): Record<string, unknown> {
  const { path, mode, owner, secret } = file;
  return { path, mode: mode.toString(8).padStart(4, '0'), owner, secret };
}

/** A secret may also have come in as a pass-through option: no value of that file is shown. */
function shownContent(file: RenderedFile): string {
  return file.secret ? file.content.replaceAll(/^([^#[=\n]+)=.*$/gm, '$1=(masked)') : file.content;
}

function printFiles(files: readonly RenderedFile[], version: EngineVersion | undefined): CommandResult {
  return {
    data: {
      ...(version === undefined ? {} : { engineVersion: version.text }),
      files: files.map((file) => ({ ...describeFile(file), content: shownContent(file) })),
    },
    text: files
      .map((file) => {
        const { mode, owner } = describeFile(file);
        return `# ${file.path} (mode ${String(mode)}, owner ${String(owner)})\n${shownContent(file)}`;
      })
      .join('\n'),
  };
}

function describeChange(change: FileChange): Record<string, unknown> {
  return { ...describeFile(change.file), state: change.state, diff: change.diff };
}

async function writeFiles(
  changes: readonly FileChange[],
  input: CommandInput,
  context: CommandContext,
): Promise<CommandResult> {
  const { written, saved } = await applyFileWrites(changes, {
    currentUid: context.uid,
    force: input.flag('force'),
  });
  const same = changes.filter((change) => change.state === 'same');
  return {
    data: { written, saved, files: changes.map(describeChange) },
    text: [
      ...written.map((path) => `wrote ${path}\n`),
      ...saved.map((path) => `kept the edited file as ${path}\n`),
      ...same.map((change) => `${change.path} is as it should be\n`),
    ].join(''),
  };
}

function compareFiles(changes: readonly FileChange[]): CommandResult {
  return {
    data: { files: changes.map(describeChange) },
    text: changes.map((change) => `${change.path}: ${change.state}\n${change.diff}`).join(''),
    exitCode: changes.every((change) => change.state === 'same') ? 0 : 1,
  };
}
