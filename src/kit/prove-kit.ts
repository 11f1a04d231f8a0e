import { chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseConfiguration } from '../config/load.ts';
import type { Configuration } from '../config/configuration.ts';
import { problemsFailure } from '../config/problems.ts';
import { openEngine } from '../engine/open-engine.ts';
import { isFailure } from '../model/failure.ts';
import type { SecretReference } from '../model/secret.ts';
import { lookupUser } from '../process/os-user.ts';
import type { RunAs } from '../process/run-command.ts';
import { accessFiles, withCopies, type AccessFile } from '../secrets/access-files.ts';
import { fingerprintOf } from '../secrets/fingerprint.ts';
import { provePassphrase } from '../secrets/prove-passphrase.ts';
import type { PassphraseProof } from '../secrets/secret-observations.ts';
import { secretUses, type SecretUse } from '../secrets/secret-uses.ts';
import type { OpenedKit } from './kit-file.ts';

/** What the escrowed passphrase of one repository is worth. */
export interface KitProof {
  readonly stanza: string;
  readonly repository: string;
  /** From where the passphrase came. */
  readonly from: 'kit' | 'escrow' | 'nowhere';
  /** Undefined where one of the two fingerprints is not known. */
  readonly fingerprintFits: boolean | undefined;
  readonly proof: PassphraseProof;
}

/** A file that was taken out of the safe: a passphrase is its first line, a key file all of it. */
export interface EscrowedFile {
  readonly line: string;
  readonly text: string;
}

export interface ProveKitDependencies {
  /** By key of holdfast.yaml, by `stanza/repository` or by the name of the repository. */
  readonly escrow: ReadonlyMap<string, EscrowedFile>;
  readonly path: string;
  readonly currentUid: number;
  readonly signal: AbortSignal;
  readonly onSpawn: (pid: number) => void;
}

/**
 * Lets the real pgBackRest read every encrypted repository with nothing but what is in the kit and what was taken out
 * of the safe: in a new directory, with a configuration made for this. Nothing of this host's own configuration, secrets,
 * key files, certificates or known hosts is used where holdfast.yaml names them, and nothing in the repository is changed.
 */
export async function proveKit(kit: OpenedKit, deps: ProveKitDependencies): Promise<readonly KitProof[]> {
  const configuration = readConfiguration(kit);
  const uses = secretUses(configuration).filter(({ kind }) => kind === 'passphrase');
  if (uses.length === 0) return [];
  const directory = await mkdtemp(join(tmpdir(), 'holdfast-kit-'));
  try {
    const runAs = await engineUser(configuration, deps);
    if (runAs !== undefined) await chown(directory, runAs.uid, runAs.gid);
    const copies = await writeCopies(configuration, kit, { directory, runAs, escrow: deps.escrow });
    const clean = withOwnFiles(withOwnDirectories(configuration, directory), copies);
    const engine = await openOrReason(clean, runAs, deps);
    const proofs: KitProof[] = [];
    for (const use of uses)
      proofs.push(await proveOne({ configuration: clean, copies, engine, kit, deps }, use));
    return proofs;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Every key of holdfast.yaml for which a file may be taken out of the safe. @throws Failure config-invalid */
export function escrowKeys(kit: OpenedKit): readonly string[] {
  const configuration = readConfiguration(kit);
  const files = filesOf(configuration, undefined);
  return [...kit.manifest.secrets, ...secretUses(configuration), ...files].map(({ key }) => key);
}

function readConfiguration(kit: OpenedKit): Configuration {
  const text = kit.files.get('holdfast.yaml')?.toString('utf8') ?? '';
  const { configuration, problems } = parseConfiguration(text, kit.manifest.configuration);
  if (configuration === undefined) throw problemsFailure(problems);
  return configuration;
}

async function engineUser(
  configuration: Configuration,
  { currentUid }: ProveKitDependencies,
): Promise<RunAs | undefined> {
  if (currentUid !== 0) return undefined;
  // The host of the check need not know the user of production: nobody else than root is left then.
  return lookupUser(configuration.engine.user);
}

/** Locks, logs and configuration of this host stay out of it. */
function withOwnDirectories(configuration: Configuration, directory: string): Configuration {
  const { engine } = configuration;
  return {
    ...configuration,
    engine: {
      ...engine,
      configFile: join(directory, 'pgbackrest.conf'),
      includeDirectory: join(directory, 'conf.d'),
      logDirectory: join(directory, 'log'),
      lockDirectory: join(directory, 'lock'),
      spoolDirectory: join(directory, 'spool'),
    },
  };
}

/** Files that the engine opens by their path, from the safe or the kit. @returns paths by key, of those that are there */
async function writeCopies(
  configuration: Configuration,
  kit: OpenedKit,
  place: {
    readonly directory: string;
    readonly runAs: RunAs | undefined;
    readonly escrow: ProveKitDependencies['escrow'];
  },
): Promise<ReadonlyMap<string, string>> {
  const copies = new Map<string, string>();
  for (const [index, { key }] of filesOf(configuration, undefined).entries()) {
    const content = place.escrow.get(key)?.text ?? storedFile(kit, key);
    if (content === undefined) continue;
    const path = join(place.directory, `access-${index + 1}`);
    await writeFile(path, content, { mode: 0o600, flag: 'wx' });
    if (place.runAs !== undefined) await chown(path, place.runAs.uid, place.runAs.gid);
    copies.set(key, path);
  }
  return copies;
}

function withOwnFiles(configuration: Configuration, copies: ReadonlyMap<string, string>): Configuration {
  const stanzas = configuration.stanzas.map((stanza) => ({
    ...stanza,
    repositories: stanza.repositories.map((one) => withCopies(stanza.name, one, copies)),
  }));
  return { ...configuration, stanzas };
}

/** @param of undefined: of all repositories */
function filesOf({ stanzas }: Configuration, of: SecretUse['repository']): readonly AccessFile[] {
  return stanzas.flatMap(({ name, repositories }) =>
    repositories
      .filter((one) => of === undefined || (of.stanza === name && of.name === one.name))
      .flatMap((repository) => accessFiles(name, repository)),
  );
}

type Engine = Awaited<ReturnType<typeof openEngine>>;

/** Where production has it may be another place than here: then the one on the search path is taken. */
async function openOrReason(
  { engine: settings }: Configuration,
  runAs: RunAs | undefined,
  { path }: ProveKitDependencies,
): Promise<Engine | string> {
  for (const binary of new Set([settings.binary, 'pgbackrest'])) {
    try {
      return await openEngine({ ...settings, binary }, { path, runAs });
    } catch (error) {
      if (!isFailure(error, 'engine-missing')) throw error;
    }
  }
  return 'pgbackrest is not installed here.';
}

interface Trial {
  readonly configuration: Configuration;
  /** Of the files that the engine opens, by key. */
  readonly copies: ReadonlyMap<string, string>;
  readonly engine: Engine | string;
  readonly kit: OpenedKit;
  readonly deps: ProveKitDependencies;
}

async function proveOne(
  { configuration, copies, engine, kit, deps }: Trial,
  use: SecretUse,
): Promise<KitProof> {
  const values = valuesFor(configuration, use, kit, deps.escrow);
  const told = kit.manifest.secrets.find(({ key }) => key === use.key);
  const own = values.get(JSON.stringify(use.reference));
  const base = {
    stanza: use.repository?.stanza ?? '',
    repository: use.repository?.name ?? '',
    from: own?.from ?? ('nowhere' as const),
    fingerprintFits:
      own === undefined || told?.fingerprint === undefined
        ? undefined
        : fingerprintOf(own.value) === told.fingerprint,
  };
  const missing = [
    ...missingFor(configuration, use, values),
    ...filesOf(configuration, use.repository)
      .filter(({ key }) => !copies.has(key))
      .map(({ key, path }) => (path === undefined ? key : `${key} (${path})`)),
  ];
  if (missing.length > 0) {
    const evidence = `The kit does not hold ${missing.join(' and ')}, and --escrow did not name a file with it.`;
    return { ...base, proof: { result: 'unproven', evidence } };
  }
  if (typeof engine === 'string') return { ...base, proof: { result: 'unproven', evidence: engine } };
  const secrets = (reference: SecretReference): string =>
    values.get(JSON.stringify(reference))?.value ?? 'not in the kit';
  const { signal, onSpawn } = deps;
  const proof = await provePassphrase(configuration, use, { engine, secrets, signal, onSpawn });
  return { ...base, proof };
}

interface KnownValue {
  readonly value: string;
  readonly from: 'kit' | 'escrow';
}

/** By reference, as everything asks for them; what was taken out of the safe goes before what is in the kit. */
function valuesFor(
  configuration: Configuration,
  { repository }: SecretUse,
  kit: OpenedKit,
  escrow: ProveKitDependencies['escrow'],
): ReadonlyMap<string, KnownValue> {
  const values = new Map<string, KnownValue>();
  for (const use of usesOf(configuration, repository)) {
    const value = escrowed(use, escrow)?.line;
    const stored = storedFile(kit, use.key)?.replace(/\n$/, '');
    if (value !== undefined) values.set(JSON.stringify(use.reference), { value, from: 'escrow' });
    else if (stored !== undefined) values.set(JSON.stringify(use.reference), { value: stored, from: 'kit' });
  }
  return values;
}

function usesOf(configuration: Configuration, repository: SecretUse['repository']): SecretUse[] {
  return secretUses(configuration).filter(
    (use) => use.repository?.stanza === repository?.stanza && use.repository?.name === repository?.name,
  );
}

function escrowed(
  { key, kind, repository }: SecretUse,
  escrow: ProveKitDependencies['escrow'],
): EscrowedFile | undefined {
  const names =
    kind === 'passphrase' ? [`${repository?.stanza}/${repository?.name}`, repository?.name ?? ''] : [];
  return [key, ...names].map((name) => escrow.get(name)).find((value) => value !== undefined);
}

function storedFile({ manifest, files }: OpenedKit, wanted: string): string | undefined {
  const found = [...manifest.secrets, ...(manifest.files ?? [])].find(({ key }) => key === wanted);
  return found?.file === undefined ? undefined : files.get(found.file)?.toString('utf8');
}

/** Keys of the store that would be needed too. */
function missingFor(
  configuration: Configuration,
  { repository }: SecretUse,
  values: ReadonlyMap<string, KnownValue>,
): string[] {
  return usesOf(configuration, repository)
    .filter(({ kind, reference }) => kind !== 'key-file' && !values.has(JSON.stringify(reference)))
    .map(({ key }) => key);
}
