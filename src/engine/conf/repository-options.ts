import type { EngineSettings } from '../../config/configuration.ts';
import type { EngineVersion } from '../../model/engine-version.ts';
import type { Repository, Retention } from '../../model/repository.ts';
import { type ConfOption, isRenderable, option, requireRenderable } from './conf-option.ts';
import { hostOptions } from './host-options.ts';
import { isRemoteRepository, type ResolvedSecrets } from './secret-values.ts';
import { storageOptions } from './storage-options.ts';

/**
 * All options of one repository as a host sees it. What another host holds is described there: here only the way to
 * that host is given (pgBackRest User Guide, "Dedicated Repository Host").
 *
 * @throws Failure config-invalid when this version cannot do what the repository needs
 */
export function repositoryOptions(
  repository: Repository,
  context: {
    settings: EngineSettings;
    host: string | undefined;
    version: EngineVersion;
    secrets: ResolvedSecrets;
  },
): ConfOption[] {
  const { key } = repository;
  if (repository.host !== undefined && isRemoteRepository(repository, context.host)) {
    const { address, ...transport } = repository.host;
    return [
      ...requireRenderable(
        hostOptions(`repo${key}-host`, address, transport, context.settings),
        context.version,
      ),
    ];
  }
  const meant = [
    ...option(`repo${key}-type`, repository.access.type === 'posix' ? undefined : repository.access.type),
    ...option(`repo${key}-path`, repository.path),
    ...storageOptions(repository.access, key, context.secrets),
    ...encryptionOptions(repository, context.secrets),
    ...retentionOptions(repository.retention, key),
    ...givenBundling(repository),
  ];
  return [
    ...requireRenderable(meant, context.version),
    ...chosenBundling(repository).filter((candidate) => isRenderable(candidate, context.version)),
  ];
}

function encryptionOptions(repository: Repository, secrets: ResolvedSecrets): ConfOption[] {
  const { encryption, key } = repository;
  if (encryption === undefined) return [];
  return [
    ...option(`repo${key}-cipher-type`, encryption.cipher),
    ...option(`repo${key}-cipher-pass`, secrets(encryption.passphrase)),
  ];
}

/** The engine's own way to say `for ever` without a warning at each run. */
const keepForEver = 9_999_999;

function retentionOptions(retention: Retention, key: number): ConfOption[] {
  const { full, archive } = retention;
  const countsDiffs = archive !== 'follow' && archive.type === 'diff';
  const name = (rest: string): string => `repo${key}-retention-${rest}`;
  return [
    ...option(name('full-type'), full?.by === 'time' ? 'time' : undefined),
    ...option(name('full'), full === undefined ? keepForEver : full.by === 'time' ? full.days : full.count),
    ...option(name('diff'), retention.diff ?? (countsDiffs ? keepForEver : undefined)),
    ...(archive === 'follow'
      ? []
      : [...option(name('archive-type'), archive.type), ...option(name('archive'), archive.count)]),
    ...option(name('history'), retention.history),
  ];
}

function givenBundling(repository: Repository): ConfOption[] {
  return [
    ...option(`repo${repository.key}-bundle`, repository.bundle),
    ...option(`repo${repository.key}-block`, repository.block === true ? true : undefined),
  ];
}

/** Without bundling the engine ignores repo-block silently, so the one is never chosen without the other. */
function chosenBundling(repository: Repository): ConfOption[] {
  const name = (rest: string): string => `repo${repository.key}-${rest}`;
  const bundled = repository.bundle !== false;
  return [
    ...option(
      name('bundle'),
      repository.bundle === undefined ? true : undefined,
      'small files are stored together',
    ),
    ...option(
      name('block'),
      repository.block === undefined && bundled ? true : undefined,
      'only changed blocks are stored',
    ),
  ];
}
