import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { availableParallelism, hostname } from 'node:os';
import { basename, resolve } from 'node:path';
import type { Configuration } from '../../config/configuration.ts';
import { createFiles } from '../../config/create-files.ts';
import { resolveSecret } from '../../config/secrets.ts';
import { packKit } from '../../kit/kit-file.ts';
import type { KitManifest } from '../../kit/kit-manifest.ts';
import { planKit } from '../../kit/plan-kit.ts';
import { isFailure } from '../../model/failure.ts';
import type { SecretReference } from '../../model/secret.ts';
import { runbookFiles } from '../../render/runbook/render-runbook.ts';
import { readOwnKeys } from '../../report/key-files.ts';
import { accessFiles } from '../../secrets/access-files.ts';
import { secretUses } from '../../secrets/secret-uses.ts';
import type { CommandInput, CommandResult } from '../command-definition.ts';
import type { CommandContext } from '../context.ts';
import { installedEngineVersion } from '../installed-engine-version.ts';
import { readPackageVersion } from '../package-version.ts';
import { readEngineVersion } from '../read-engine-version.ts';
import { makeRunbook } from '../runbook/make-runbook.ts';
import { secretAccess } from '../secret-access.ts';
import { readKitPassphrase } from './kit-passphrase.ts';

/** `holdfast kit create --out FILE`. */
export async function createKit(input: CommandInput, context: CommandContext): Promise<CommandResult> {
  const configuration = await context.configuration();
  const out = resolve(input.value('out') ?? '');
  const passphrase = await readKitPassphrase(input, context, true);
  const { files, manifest } = await plan(configuration, input, context);
  const { bytes, instructions } = packKit(files, manifest, {
    passphrase,
    salt: randomBytes(8),
    name: basename(out),
  });
  const { written } = await createFiles(
    [
      { path: out, content: bytes, mode: 0o600, owner: undefined },
      { path: `${out}.txt`, content: instructions, mode: 0o644, owner: undefined },
    ],
    { operation: 'write the break-glass kit' },
  );
  const unknown = manifest.secrets.filter(
    ({ kind, fingerprint }) => kind === 'passphrase' && fingerprint === undefined,
  );
  return {
    data: { kit: out, instructions: `${out}.txt`, manifest, files: files.map(({ name }) => name), written },
    text: describe(
      out,
      manifest,
      unknown.map(({ key }) => key),
    ),
    exitCode: unknown.length > 0 ? 1 : 0,
  };
}

async function plan(
  configuration: Configuration,
  input: CommandInput,
  context: CommandContext,
): Promise<ReturnType<typeof planKit>> {
  const version =
    (await installedEngineVersion(context, configuration)) ??
    readEngineVersion(configuration.deploy.engineVersion);
  if (version === undefined) throw new Error('deploy.engineVersion has a default');
  const runbook = await makeRunbook(context, undefined);
  const values = await knownValues(configuration, context);
  const plain = await plainFiles(configuration);
  return planKit({
    configuration,
    text: await readFile(configuration.file, 'utf8'),
    version,
    versions: {
      holdfast: readPackageVersion(import.meta.dirname),
      pgbackrest: version.text,
      postgres: String(configuration.deploy.postgresVersion),
    },
    cores: availableParallelism(),
    host: hostname(),
    now: context.now(),
    secretOf: (reference) => values.get(JSON.stringify(reference)),
    keyFileOf: (reference) => values.get(JSON.stringify(reference)),
    fileOf: (path) => plain.get(path),
    withSecrets: input.flag('with-secrets'),
    runbook: runbookFiles(runbook, 'holdfast kit create'),
    reportKeys: await readOwnKeys(configuration.stateDirectory),
  });
}

/** A secret that cannot be had must not keep the kit from being made: its fingerprint is missing, and that is said. */
async function knownValues(
  configuration: Configuration,
  context: CommandContext,
): Promise<ReadonlyMap<string, string>> {
  const values = new Map<string, string>();
  for (const { reference, kind, repository } of secretUses(configuration)) {
    if (repository === undefined) continue;
    const value = await (kind === 'key-file' ? readKeyFile(reference, context) : lookUp(reference, context));
    if (value !== undefined) values.set(JSON.stringify(reference), value);
  }
  return values;
}

async function lookUp(reference: SecretReference, context: CommandContext): Promise<string | undefined> {
  try {
    return await resolveSecret(reference, secretAccess(context));
  } catch (error) {
    if (isFailure(error, 'secret-unavailable')) return undefined;
    throw error;
  }
}

/** The file itself is the secret; what is no `file:` gives its path. */
async function readKeyFile(reference: SecretReference, context: CommandContext): Promise<string | undefined> {
  const path = reference.kind === 'file' ? reference.path : await lookUp(reference, context);
  return path === undefined ? undefined : readWhole(path);
}

/** Certificates and known hosts by their path, where they can be read. */
async function plainFiles({ stanzas }: Configuration): Promise<ReadonlyMap<string, string>> {
  const contents = new Map<string, string>();
  for (const { name, repositories } of stanzas) {
    for (const { path, secret } of repositories.flatMap((repository) => accessFiles(name, repository))) {
      const content = secret || path === undefined ? undefined : await readWhole(path);
      if (path !== undefined && content !== undefined) contents.set(path, content);
    }
  }
  return contents;
}

function readWhole(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined);
}

function describe(out: string, manifest: KitManifest, unknown: readonly string[]): string {
  return [
    `wrote ${out} (mode 0600)\nwrote ${out}.txt: how it is opened without Holdfast\n\n`,
    ...manifest.secrets
      .filter(({ fingerprint }) => fingerprint !== undefined)
      .map(({ key, fingerprint }) => `fingerprint ${fingerprint ?? ''}  ${key}\n`),
    ...manifest.secrets
      .filter(({ kind, file }) => kind === 'key-file' && file === undefined)
      .map(({ key, reference }) => `not in it: ${key} (${reference})\n`),
    ...(manifest.files ?? [])
      .filter(({ file }) => file === undefined)
      .map(({ key, path }) => `not in it: ${key} (${path} could not be read)\n`),
    ...unknown.map((key) => `no fingerprint of ${key}: it could not be had, or is easily guessed\n`),
    manifest.secretsIncluded
      ? 'The secrets of the repositories are in it: keep it as you keep them.\n'
      : 'No secret is in it: keep the passphrases of the repositories in the safe, and write their fingerprints on them.\n',
    'Now try it on another host: holdfast kit check FILE --escrow REPOSITORY=FILE\n',
  ].join('');
}
