import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Configuration } from '../config/configuration.ts';
import { isFailure } from '../model/failure.ts';
import type { SecretReference } from '../model/secret.ts';
import { lookupUser, lookupUserById } from '../process/os-user.ts';
import { fingerprintOf } from './fingerprint.ts';
import { judgePassphrase } from './passphrase-strength.ts';
import type {
  ObservedSecret,
  ObservedSecretFile,
  PassphraseProof,
  SecretObservations,
} from './secret-observations.ts';
import { secretUses, type SecretUse } from './secret-uses.ts';

export interface ObserveSecretsDependencies {
  /** As config/secrets.ts. */
  readonly resolve: (reference: SecretReference) => Promise<string>;
  /** The `.env` that variables may come from; undefined where none of them does. */
  readonly environmentFile: string | undefined;
  /** Tries the passphrase of a repository on the repository. */
  readonly prove: (use: SecretUse) => Promise<PassphraseProof>;
}

/** Looks every secret of a configuration up, and at the files they come from. Values go no further than this. */
export async function observeSecrets(
  configuration: Configuration,
  deps: ObserveSecretsDependencies,
): Promise<SecretObservations> {
  const owners = await fittingOwners(configuration.engine.user);
  const secrets: ObservedSecret[] = [];
  for (const use of secretUses(configuration)) secrets.push(await observeSecret(use, owners, deps));
  const path = deps.environmentFile;
  return { secrets, environmentFile: path === undefined ? undefined : await observeFile(path, owners) };
}

async function observeSecret(
  use: SecretUse,
  owners: readonly number[],
  deps: ObserveSecretsDependencies,
): Promise<ObservedSecret> {
  const { reference } = use;
  const file = reference.kind === 'file' ? await observeFile(reference.path, owners) : undefined;
  const nothing = { strength: undefined, fingerprint: undefined, proof: undefined };
  if (use.kind === 'key-file') {
    const problem = file?.mode === undefined ? 'the file cannot be looked at' : undefined;
    return { use, file, problem, ...nothing };
  }
  let value: string;
  try {
    value = await deps.resolve(reference);
  } catch (error) {
    if (!isFailure(error, 'secret-unavailable')) throw error;
    return { use, file, problem: error.problem, ...nothing };
  }
  if (use.kind !== 'passphrase') return { use, file, problem: undefined, ...nothing };
  const strength = judgePassphrase(value);
  const fingerprint = strength.grade === 'strong' ? fingerprintOf(value) : undefined;
  return { use, file, problem: undefined, strength, fingerprint, proof: await deps.prove(use) };
}

/** root, and the user that runs the engine. */
async function fittingOwners(engineUser: string): Promise<readonly number[]> {
  const user = await lookupUser(engineUser);
  return user === undefined ? [0] : [0, user.uid];
}

async function observeFile(path: string, owners: readonly number[]): Promise<ObservedSecretFile> {
  const file = await stat(path).catch(() => undefined);
  if (file === undefined)
    return { path, mode: undefined, owner: undefined, ownerFits: true, openDirectory: undefined };
  return {
    path,
    mode: file.mode & 0o7777,
    owner: (await lookupUserById(file.uid))?.name ?? String(file.uid),
    ownerFits: owners.includes(file.uid),
    openDirectory: await findOpenDirectory(dirname(path)),
  };
}

/** The nearest directory above that others may write to; a sticky one (`/tmp`) keeps files of others from being replaced. */
async function findOpenDirectory(directory: string): Promise<string | undefined> {
  const found = await stat(directory).catch(() => undefined);
  if (found !== undefined && (found.mode & 0o022) !== 0 && (found.mode & 0o1000) === 0) return directory;
  return directory === '/' ? undefined : findOpenDirectory(dirname(directory));
}
