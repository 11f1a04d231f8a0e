import type { Configuration } from '../../config/configuration.ts';

/**
 * Every directory of this host that Holdfast and pgBackRest write to, sorted, without those that lie in another. Data
 * directories are not among them: nothing of a schedule writes there.
 */
export function writtenPaths(configuration: Configuration): readonly string[] {
  const { engine, copies, stateDirectory, stanzas } = configuration;
  const repositories = stanzas.flatMap((stanza) =>
    stanza.repositories.filter(({ access, host }) => host === undefined && isMounted(access.type)),
  );
  const all = [
    engine.logDirectory,
    engine.lockDirectory,
    engine.spoolDirectory,
    stateDirectory,
    copies.directory,
    // Servers of drills and clones have their sockets there: the path of one may have 107 bytes only.
    '/tmp',
    ...repositories.map(({ path }) => path),
  ];
  const sorted = [...new Set(all)].toSorted();
  return sorted.filter((path) => !sorted.some((other) => other !== path && isBelow(path, other)));
}

function isMounted(type: string): boolean {
  return type === 'posix' || type === 'cifs';
}

function isBelow(path: string, directory: string): boolean {
  return path.startsWith(directory === '/' ? '/' : `${directory}/`);
}
