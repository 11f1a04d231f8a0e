import { readFile, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isFailure } from '../../model/failure.ts';
import { runAsFor, standardPath } from '../../process/os-user.ts';
import { runCommand } from '../../process/run-command.ts';
import type {
  DirectoryObservation,
  FileObservation,
  FileSystemObservation,
} from '../../status/observations.ts';
import { isLocalFileSystem, neededDirectories } from '../setup/observe-setup.ts';
import { planFiles } from '../setup/render-files.ts';
import type { CheckContext } from './check-deps.ts';

/** The generated files: there, whose, how protected, and whether they are what holdfast.yaml says now. */
export async function observeFiles(context: CheckContext): Promise<FileObservation[]> {
  const planned = await plannedFiles(context);
  const { engine } = context.configuration;
  const paths = planned ?? [
    { path: engine.configFile, secret: false, content: undefined },
    { path: join(engine.includeDirectory, 'holdfast-secrets.conf'), secret: true, content: undefined },
  ];
  return Promise.all(
    paths.map(async ({ path, secret, content }) => {
      const status = await stat(path).catch(() => undefined);
      return {
        path,
        secret,
        exists: status !== undefined,
        mode: status === undefined ? undefined : status.mode & 0o7777,
        ownerIsEngineUser: status === undefined ? undefined : status.uid === context.engineUser.uid,
        content,
      };
    }),
  );
}

async function plannedFiles(
  context: CheckContext,
): Promise<Pick<FileObservation, 'path' | 'secret' | 'content'>[] | undefined> {
  try {
    return (await planFiles(context)).map(({ path, state, file }) => ({
      path,
      secret: file.secret,
      content: state === 'new' ? 'changed' : state,
    }));
  } catch (error) {
    // A secret that is not to be had here, a file that may not be read: then the comparison is what is unknown.
    if (isFailure(error)) return undefined;
    throw error;
  }
}

/** The directories the engine writes to, tried as its user; inside a repository also the two that hold everything. */
export async function observeDirectories(context: CheckContext): Promise<DirectoryObservation[]> {
  const { stanza } = context;
  const wanted = neededDirectories(context).map((directory) => ({
    ...directory,
    repository: repositoryOf(context, directory.path),
  }));
  const inside = stanza.repositories.filter(isLocalFileSystem).flatMap(({ path, name }) =>
    ['archive', 'backup'].map((kind) => ({
      path: join(path, kind, stanza.name),
      purpose: `${kind} of repository ${name}`,
      repository: name,
    })),
  );
  const found = await Promise.all(
    [...wanted, ...inside].map((directory) => observeDirectory(context, directory)),
  );
  // Before the stanza is made these are not there; that is the repository's own finding.
  return found.filter((directory) => directory.exists || !inside.some(({ path }) => path === directory.path));
}

async function observeDirectory(
  context: CheckContext,
  directory: Pick<DirectoryObservation, 'path' | 'purpose' | 'repository'>,
): Promise<DirectoryObservation> {
  const status = await stat(directory.path).catch(() => undefined);
  const result = await runCommand({
    command: '/usr/bin/test',
    args: ['-w', directory.path, '-a', '-x', directory.path],
    env: { PATH: standardPath, LC_ALL: 'C.UTF-8' },
    runAs: runAsFor(context.engineUser, context.currentUid),
    timeoutMs: 20_000,
  });
  return { ...directory, exists: status?.isDirectory() === true, writable: result.code === 0 };
}

/** Free space where WAL, logs, the spool and local repositories lie; what root keeps for itself does not count. */
export async function observeFileSystems(context: CheckContext): Promise<FileSystemObservation[]> {
  const { engine } = context.configuration;
  const places = [
    ...(context.server === undefined
      ? []
      : [{ path: join(context.server.node.path, 'pg_wal'), purpose: 'WAL' }]),
    { path: engine.spoolDirectory, purpose: 'the spool' },
    { path: engine.logDirectory, purpose: 'logs' },
    ...context.stanza.repositories
      .filter(isLocalFileSystem)
      .map(({ path }) => ({ path, purpose: 'backups' })),
  ];
  const found: FileSystemObservation[] = [];
  for (const { path, purpose } of places) {
    const space = await statfsOf(path);
    if (space !== undefined) {
      found.push({
        path,
        purpose,
        repository: repositoryOf(context, path),
        availableBytes: space.bavail * space.bsize,
        totalBytes: space.blocks * space.bsize,
      });
    }
  }
  return found;
}

/** Of the nearest directory above that is there: what is missing will be made in that file system. */
async function statfsOf(
  path: string,
): Promise<{ bavail: number; bsize: number; blocks: number } | undefined> {
  try {
    return await statfs(path);
  } catch {
    return path === '/' ? undefined : statfsOf(dirname(path));
  }
}

function repositoryOf(context: CheckContext, path: string): string | undefined {
  return context.stanza.repositories.find(
    (repository) => isLocalFileSystem(repository) && repository.path === path,
  )?.name;
}

/** Names of PGBACKREST_* variables of a process; never their values. Undefined when they cannot be read. */
export async function readStrayVariables(pid: number | undefined): Promise<string[] | undefined> {
  if (pid === undefined) return undefined;
  try {
    const text = await readFile(`/proc/${pid}/environ`, 'utf8');
    return text.split('\0').flatMap((entry) => /^(PGBACKREST_\w+)=/.exec(entry)?.[1] ?? []);
  } catch {
    return undefined;
  }
}
