import { stat } from 'node:fs/promises';
import { archiveCommand } from '../../engine/conf/archive-command.ts';
import { readCatalogue } from '../../engine/info.ts';
import { plainCommand } from '../../engine/run-engine.ts';
import type { BackupSet, Catalogue } from '../../model/backup-set.ts';
import { isFailure } from '../../model/failure.ts';
import type { Repository } from '../../model/repository.ts';
import { readArchiverStatus } from '../../postgres/archiver.ts';
import { inspectProduction } from '../../postgres/look-elsewhere.ts';
import { readControlData } from '../../postgres/read-control-data.ts';
import { restartCommand } from '../../postgres/restart-server.ts';
import type { Server } from '../../postgres/server.ts';
import { keyDirectory, readOwnKeys } from '../../report/key-files.ts';
import { readFileSettings, readSettings } from '../../postgres/settings.ts';
import { observeHeartbeatTable } from './observe-heartbeat-table.ts';
import { observeRole } from './observe-role.ts';
import { archivingSettings } from './plan-settings.ts';
import { planFiles } from './render-files.ts';
import type { SetupContext } from './setup-deps.ts';
import type {
  ObservedDirectory,
  ObservedFile,
  ObservedRepository,
  ObservedServer,
  SetupObservations,
} from './setup-observations.ts';

/**
 * Looks at everything that setup may have to do. Changes nothing.
 *
 * @throws Failure secret-unavailable, config-invalid; of the server and the engine only what makes looking impossible
 */
export async function observeSetup(context: SetupContext): Promise<SetupObservations> {
  const { engine, stanza } = context;
  const files = await planFiles(context);
  return {
    engineUser: context.engineUser.name,
    directories: await observeDirectories(context),
    files: files.map(({ path, state, diff, file }): ObservedFile => ({
      path,
      state,
      difference: diff,
      secret: file.secret,
    })),
    reportKey: await observeReportKey(context),
    server: context.server === undefined ? undefined : await observeServer(context, context.server),
    repositories: await observeRepositories(
      context,
      files.every(({ state }) => state === 'same'),
    ),
    wantedArchiveCommand: archiveCommand(engine.settings, stanza.name),
    engineCommands: {
      create: plainCommand(engine, ['stanza-create'], { stanza: stanza.name }),
      upgrade: plainCommand(engine, ['stanza-upgrade'], { stanza: stanza.name }),
      check: plainCommand(engine, ['check'], { stanza: stanza.name }),
      backup: (name) => {
        const repositoryKey = stanza.repositories.find((repository) => repository.name === name)?.key;
        return plainCommand(engine, ['backup', '--type=full'], { stanza: stanza.name, repositoryKey });
      },
    },
  };
}

/** Directories that must be on this host, with what they are for. */
export function neededDirectories(
  context: Pick<SetupContext, 'configuration' | 'stanza'>,
): { path: string; purpose: string }[] {
  const { engine, stateDirectory } = context.configuration;
  return [
    { path: engine.logDirectory, purpose: 'log' },
    { path: engine.lockDirectory, purpose: 'lock' },
    { path: engine.spoolDirectory, purpose: 'spool' },
    { path: stateDirectory, purpose: 'state' },
    ...context.stanza.repositories
      .filter(isLocalFileSystem)
      .map(({ path, name }) => ({ path, purpose: `repository ${name}` })),
  ];
}

/** True for a repository that is a directory of this host. */
export function isLocalFileSystem(repository: Repository): boolean {
  return (
    repository.host === undefined && (repository.access.type === 'posix' || repository.access.type === 'cifs')
  );
}

async function observeReportKey({
  configuration: { stateDirectory },
}: SetupContext): Promise<SetupObservations['reportKey']> {
  const directory = keyDirectory(stateDirectory);
  return { directory, fingerprint: (await readOwnKeys(stateDirectory)).at(-1)?.fingerprint };
}

async function observeDirectories(context: SetupContext): Promise<ObservedDirectory[]> {
  const found: ObservedDirectory[] = [];
  for (const { path, purpose } of neededDirectories(context)) {
    found.push({ path, purpose, ...(await observeDirectory(path, context.engineUser.uid)) });
  }
  return found;
}

async function observeDirectory(
  path: string,
  uid: number,
): Promise<Pick<ObservedDirectory, 'state' | 'owner'>> {
  try {
    const status = await stat(path);
    const owner = status.uid === 0 ? 'root' : String(status.uid);
    if (!status.isDirectory()) return { state: 'not-a-directory', owner };
    return { state: status.uid === uid ? 'ok' : 'wrong-owner', owner };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') return { state: 'missing', owner: undefined };
    if (code === 'ENOTDIR') return { state: 'not-a-directory', owner: undefined };
    throw error;
  }
}

async function observeServer(context: SetupContext, server: Server): Promise<ObservedServer> {
  const state = await inspectProduction(server);
  const found = {
    running: state.running,
    accepting: state.accepting,
    inRecovery: state.inRecovery,
    problem: state.problem,
    major: server.major,
    restartCommand: restartCommand(server),
    psqlCommand: `sudo -u ${server.owner.name} psql -h ${server.socketDirectory} -p ${server.node.port}`,
    systemIdentifier: (await readControlData(server)).systemIdentifier,
  };
  // Accepting, but not from us: to the plan that is no better than not accepting.
  if (!state.accepting || state.inRecovery === undefined) {
    return {
      ...found,
      accepting: false,
      settings: new Map(),
      fileSettings: new Map(),
      role: undefined,
      archiverWorks: false,
    };
  }
  const archiver = await readArchiverStatus(server);
  return {
    ...found,
    settings: await readSettings(server, archivingSettings),
    fileSettings: await readFileSettings(server, archivingSettings),
    role: await observeRole(context, server),
    heartbeat: await observeHeartbeatTable(context.stanza, server),
    archiverWorks:
      archiver.lastArchivedAt !== undefined && archiver.lastArchivedAt >= (archiver.lastFailedAt ?? 0),
  };
}

async function observeRepositories(
  context: SetupContext,
  isConfigured: boolean,
): Promise<ObservedRepository[]> {
  // Without its files the engine would answer for another configuration, or not at all.
  const catalogue = isConfigured ? await askCatalogue(context) : undefined;
  return context.stanza.repositories.map(({ name, key }) => {
    const status = catalogue?.repositories.find((repository) => repository.key === key);
    const database = catalogue?.databases
      .filter(({ repositoryKey }) => repositoryKey === key)
      .toSorted((a, b) => a.databaseId - b.databaseId)
      .at(-1);
    const isItsFull = (set: BackupSet): boolean =>
      set.repositoryKey === key && set.databaseId === database?.databaseId && set.type === 'full';
    return {
      name,
      key,
      code: status?.code,
      message: status?.message ?? 'not asked yet',
      database,
      fullSets: catalogue?.sets.filter(isItsFull).length ?? 0,
    };
  });
}

async function askCatalogue({
  engine,
  stanza,
  signal,
  onSpawn,
}: SetupContext): Promise<Catalogue | undefined> {
  try {
    return await readCatalogue(engine, stanza.name, { signal, onSpawn });
  } catch (error) {
    // Directories that this very plan makes may be missing. A real fault comes back with stanza-create.
    if (isFailure(error) && error.kind !== 'interrupted') return undefined;
    throw error;
  }
}
