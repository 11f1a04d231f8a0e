import type { EngineSettings } from '../../config/configuration.ts';
import type { EngineVersion } from '../../model/engine-version.ts';
import type { Repository, Retention } from '../../model/repository.ts';
import { type ConfOption, isRenderable, option, requireRenderable } from './conf-option.ts';
import { hostOptions } from './host-options.ts';
import { isRemoteRepository, rendersExactly, type ResolvedSecrets } from './secret-values.ts';
import { storageOptions } from './storage-options.ts';

/**
 * All options of one repository as a host sees it. What another host holds is described there: here only the way to
 * that host is given (pgBackRest User Guide, "Dedicated Repository Host"), unless the file describes this host exactly.
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
): readonly ConfOption[] {
  const { key } = repository;
  const { settings, version, host } = context;
  const own = settings.defaults === 'own';
  const exact = rendersExactly(settings, host);
  const meant = (): ConfOption[] => [
    ...option(`repo${key}-type`, repository.access.type === 'posix' ? undefined : repository.access.type),
    ...option(`repo${key}-path`, exact && repository.pathGiven === false ? undefined : repository.path),
    ...storageOptions(repository.access, key, context.secrets),
    ...encryptionOptions(repository, context.secrets),
    ...(own ? givenRetention(repository.retention, key) : retentionOptions(repository.retention, key)),
    ...givenBundling(repository),
  ];
  if (repository.host !== undefined && isRemoteRepository(repository, host)) {
    const { address, ...transport } = repository.host;
    const way = hostOptions(`repo${key}-host`, address, transport, settings);
    // What is written here is handed to the other host and hides what its own configuration says.
    return requireRenderable(exact ? [...way, ...meant()] : way, version);
  }
  const chosen = own ? [] : chosenBundling(repository);
  return [
    ...requireRenderable(meant(), version),
    ...chosen.filter((candidate) => isRenderable(candidate, version)),
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
  const countsDiffs = retention.archive !== 'follow' && retention.archive.type === 'diff';
  const full = retention.full ?? { by: 'count', count: keepForEver };
  const diff = retention.diff ?? (countsDiffs ? keepForEver : undefined);
  return givenRetention({ ...retention, full, diff }, key);
}

function givenRetention({ full, diff, archive, history }: Retention, key: number): ConfOption[] {
  const name = (rest: string): string => `repo${key}-retention-${rest}`;
  return [
    ...option(name('full-type'), full?.by === 'time' ? 'time' : undefined),
    ...option(name('full'), full?.by === 'time' ? full.days : full?.count),
    ...option(name('diff'), diff),
    ...(archive === 'follow'
      ? []
      : [...option(name('archive-type'), archive.type), ...option(name('archive'), archive.count)]),
    ...option(name('history'), history),
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
