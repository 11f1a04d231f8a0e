import type { Configuration } from '../../config/configuration.ts';
import { isRemoteRepository } from '../../engine/conf/secret-values.ts';

/** A directory that pgBackRest on a host writes to. */
export interface NeededPlace {
  readonly path: string;
  readonly mode: string;
  readonly purpose: string;
}

/** Directories of pgBackRest on a host: its own three, and the repositories that lie there. */
export function neededPlaces(configuration: Configuration, host: string | undefined): readonly NeededPlace[] {
  const { lockDirectory, logDirectory, spoolDirectory } = configuration.engine;
  const repositories = configuration.stanzas
    .flatMap((stanza) => stanza.repositories)
    .filter(
      (repository) =>
        (repository.access.type === 'posix' || repository.access.type === 'cifs') &&
        repository.host !== undefined &&
        !isRemoteRepository(repository, host),
    )
    .map(({ path }) => path);
  return [
    { path: lockDirectory, mode: '0770', purpose: 'locks' },
    { path: logDirectory, mode: '0770', purpose: 'logs' },
    { path: spoolDirectory, mode: '0750', purpose: 'WAL on its way' },
    ...[...new Set(repositories)].map((path) => ({ path, mode: '0750', purpose: 'repository' })),
  ];
}

/**
 * tmpfiles.d(5): makes the directories, and keeps the cleaner of /tmp away from locks (a lock file that vanishes lets a
 * second backup begin).
 */
export function directoryRules(configuration: Configuration, host: string | undefined): string {
  const { user } = configuration.engine;
  return neededPlaces(configuration, host)
    .flatMap(({ path, mode, purpose }) => {
      const place = /\s|"/.test(path)
        ? `"${path.replaceAll('"', String.raw`\"`)}"`
        : path.replaceAll('%', '%%');
      return [`# ${purpose}`, `d ${place} ${mode} ${user} - -`, `x ${place}`];
    })
    .join('\n')
    .concat('\n');
}
