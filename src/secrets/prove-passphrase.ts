import { access, chown, mkdtemp, rm, writeFile, mkdir, chmod } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Configuration } from '../config/configuration.ts';
import { renderConf } from '../engine/conf/render-conf.ts';
import type { ResolvedSecrets } from '../engine/conf/secret-values.ts';
import type { Engine } from '../engine/engine.ts';
import { readRepositoryFile } from '../engine/repo-get.ts';
import { isFailure } from '../model/failure.ts';
import type { Repository } from '../model/repository.ts';
import { accessFiles } from './access-files.ts';
import type { PassphraseProof } from './secret-observations.ts';
import type { SecretUse } from './secret-uses.ts';

export interface ProofDependencies {
  readonly engine: Engine;
  /** From resolveSecrets. */
  readonly secrets: ResolvedSecrets;
  readonly signal: AbortSignal;
  readonly onSpawn: (pid: number) => void;
}

/** Files of a stanza that are encrypted with the repository's passphrase itself (pgBackRest `src/info/info.c`). */
const triedFiles = ['backup/STANZA/backup.info', 'archive/STANZA/archive.info'] as const;

/**
 * Lets the engine read a file of the repository with the passphrase that holdfast.yaml names now: with a configuration
 * rendered for this alone, because the one in place may still hold another. Changes nothing in the repository.
 */
export async function provePassphrase(
  configuration: Configuration,
  use: SecretUse,
  deps: ProofDependencies,
): Promise<PassphraseProof> {
  const { repository } = use;
  if (repository === undefined) return { result: 'unproven', evidence: 'It belongs to no repository.' };
  const found = configuration.stanzas
    .find(({ name }) => name === repository.stanza)
    ?.repositories.find(({ name }) => name === repository.name);
  if (found?.host !== undefined)
    return { result: 'unproven', evidence: `The repository is on ${found.host.address}: run this there.` };
  const absent = found === undefined ? undefined : await findAbsentFile(repository.stanza, found);
  if (absent !== undefined)
    return { result: 'unproven', evidence: `The repository cannot be opened: ${absent} is not there.` };
  const directory = await mkdtemp(join(tmpdir(), 'holdfast-secrets-'));
  try {
    const engine = await writeConfiguration(configuration, directory, deps);
    return await tryFiles(engine, repository, deps);
  } finally {
    // It holds the passphrase: it goes whatever happened.
    await rm(directory, { recursive: true, force: true });
  }
}

/** pgBackRest says of a key file that is missing what it says of a file that is missing in the repository. */
async function findAbsentFile(stanza: string, repository: Repository): Promise<string | undefined> {
  for (const { path } of accessFiles(stanza, repository)) {
    if (path === undefined) continue;
    try {
      await access(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return path;
    }
  }
  return undefined;
}

async function writeConfiguration(
  configuration: Configuration,
  directory: string,
  { engine, secrets }: ProofDependencies,
): Promise<Engine> {
  const includeDirectory = join(directory, 'conf.d');
  const settings = { ...engine.settings, configFile: join(directory, 'pgbackrest.conf'), includeDirectory };
  const machine = { cores: availableParallelism() };
  const files = renderConf(
    { ...configuration, engine: settings },
    { version: engine.version, machine, secrets },
  );
  await mkdir(includeDirectory, { mode: 0o700 });
  for (const file of files) {
    await writeFile(file.path, file.content, { mode: 0o600, flag: 'wx' });
    await chmod(file.path, 0o600);
  }
  const owner = engine.runAs;
  if (owner !== undefined) {
    for (const path of [directory, includeDirectory, ...files.map((file) => file.path)])
      await chown(path, owner.uid, owner.gid);
  }
  return { ...engine, settings };
}

async function tryFiles(
  engine: Engine,
  repository: NonNullable<SecretUse['repository']>,
  { signal, onSpawn }: ProofDependencies,
): Promise<PassphraseProof> {
  for (const pattern of triedFiles) {
    const path = pattern.replace('STANZA', repository.stanza);
    const name = basename(path);
    try {
      const bytes = await readRepositoryFile(
        engine,
        { stanza: repository.stanza, repositoryKey: repository.key, path },
        { signal, onSpawn, timeoutMs: 30_000, ioTimeoutSeconds: 20 },
      );
      if (bytes.includes('[backrest]'))
        return { result: 'proven', evidence: `pgbackrest read ${name} of the repository with it.` };
      return { result: 'refuted', evidence: `pgbackrest read ${name} with it, and what came out is noise.` };
    } catch (error) {
      if (!isFailure(error)) throw error;
      const { kind, problem } = error;
      if (kind === 'interrupted') throw error;
      if (kind === 'nothing-found' || kind === 'stanza-missing') continue;
      if (kind === 'passphrase-wrong')
        return { result: 'refuted', evidence: `pgbackrest could not open ${name} with it: ${problem}.` };
      return { result: 'unproven', evidence: `The repository could not be read: ${problem}.` };
    }
  }
  return { result: 'unproven', evidence: 'The repository holds nothing of this stanza yet.' };
}
