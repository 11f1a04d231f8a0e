import { chown, mkdtemp, rm } from 'node:fs/promises';
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
import { fingerprintOf } from '../secrets/fingerprint.ts';
import { provePassphrase } from '../secrets/prove-passphrase.ts';
import type { PassphraseProof } from '../secrets/secret-observations.ts';
import { secretUses, type SecretUse } from '../secrets/secret-uses.ts';
import type { OpenedKit } from './kit-file.ts';
import type { KitSecret } from './kit-manifest.ts';

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

export interface ProveKitDependencies {
  /** Escrowed values by key of holdfast.yaml, by `stanza/repository` or by the name of the repository. */
  readonly escrow: ReadonlyMap<string, string>;
  readonly path: string;
  readonly currentUid: number;
  readonly signal: AbortSignal;
  readonly onSpawn: (pid: number) => void;
}

/**
 * Lets the real pgBackRest read every encrypted repository with nothing but what is in the kit and what was taken out
 * of the safe: in a new directory, with a configuration made for this. Nothing of this host's own configuration or
 * secrets is used, and nothing in the repository is changed.
 */
export async function proveKit(kit: OpenedKit, deps: ProveKitDependencies): Promise<readonly KitProof[]> {
  const configuration = readConfiguration(kit);
  const uses = secretUses(configuration).filter(({ kind }) => kind === 'passphrase');
  if (uses.length === 0) return [];
  const directory = await mkdtemp(join(tmpdir(), 'holdfast-kit-'));
  try {
    const runAs = await engineUser(configuration, deps);
    if (runAs !== undefined) await chown(directory, runAs.uid, runAs.gid);
    const clean = withOwnDirectories(configuration, directory);
    const engine = await openOrReason(clean, runAs, deps);
    const proofs: KitProof[] = [];
    for (const use of uses) proofs.push(await proveOne(clean, use, engine, kit, deps));
    return proofs;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
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

async function proveOne(
  configuration: Configuration,
  use: SecretUse,
  engine: Engine | string,
  kit: OpenedKit,
  deps: ProveKitDependencies,
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
  const missing = missingFor(configuration, use, values);
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
    const value = escrowed(use, escrow);
    const stored = storedValue(
      kit,
      kit.manifest.secrets.find(({ key }) => key === use.key),
    );
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
): string | undefined {
  const names =
    kind === 'passphrase' ? [`${repository?.stanza}/${repository?.name}`, repository?.name ?? ''] : [];
  return [key, ...names].map((name) => escrow.get(name)).find((value) => value !== undefined);
}

function storedValue(kit: OpenedKit, secret: KitSecret | undefined): string | undefined {
  if (secret?.file === undefined) return undefined;
  return kit.files.get(secret.file)?.toString('utf8').replace(/\n$/, '');
}

/** Keys of the store that would be needed too. A key file is read by the engine where its path says. */
function missingFor(
  configuration: Configuration,
  { repository }: SecretUse,
  values: ReadonlyMap<string, KnownValue>,
): string[] {
  return usesOf(configuration, repository)
    .filter(({ kind, reference }) => kind !== 'key-file' && !values.has(JSON.stringify(reference)))
    .map(({ key }) => key);
}
