import { repositoryPath, type RepositoryInput } from '../schema/repository.ts';
import { checkTransport } from './nodes.ts';
import { nodesOf, repositoriesOf, stanzasOf, type RuleContext, type RuleFinding } from './rule.ts';

/** Where repositories lie: each in a place of its own, and never inside what they protect. */
export function* checkRepositoryPlaces({ file }: RuleContext): Iterable<RuleFinding> {
  const { defaults } = file.engine;
  for (const { stanza, path } of stanzasOf(file)) {
    const places = new Map<string, string>();
    const dataDirectories = nodesOf(stanza, path).map(({ node }) => node.path);
    for (const { name, repository, path: at } of repositoriesOf(stanza, path)) {
      yield* checkTransport(repository, at);
      const place = placeOf(repository, defaults);
      const other = places.get(place);
      if (other !== undefined) {
        yield {
          rule: 'same-repository',
          path: [...at, 'path'],
          problem: `is the place of repository \`${other}\` too`,
          remedy: 'Give each repository of a stanza a place of its own.',
        };
      }
      places.set(place, name);
      const inside = onFileSystem(repository)
        ? dataDirectories.find((directory) => holds(directory, repositoryPath(repository, defaults)))
        : undefined;
      if (inside !== undefined) {
        yield {
          rule: 'repository-in-data-directory',
          path: [...at, 'path'],
          problem: `lies inside the data directory ${inside}`,
          remedy: 'Put the repository elsewhere, best on another disk: it must outlive the data directory.',
        };
      }
    }
  }
}

function onFileSystem(repository: RepositoryInput): boolean {
  return (repository.type === 'posix' || repository.type === 'cifs') && repository.host === undefined;
}

function holds(directory: string, path: string): boolean {
  return path === directory || path.startsWith(directory === '/' ? '/' : `${directory}/`);
}

/** What makes two repositories the same place: host or store, and path. */
function placeOf(repository: RepositoryInput, defaults: 'tuned' | 'own'): string {
  const at = [repository.host ?? '', repositoryPath(repository, defaults)];
  switch (repository.type) {
    case 'posix':
    case 'cifs':
      return ['file', ...at].join('|');
    case 's3':
      return [
        's3',
        repository.provider,
        repository.endpoint,
        repository.region,
        repository.account,
        repository.bucket,
        ...at,
      ].join('|');
    case 'azure':
      return [
        'azure',
        JSON.stringify(repository.account),
        repository.endpoint,
        repository.container,
        ...at,
      ].join('|');
    case 'gcs':
      return ['gcs', repository.endpoint, repository.bucket, ...at].join('|');
    case 'sftp':
      return ['sftp', repository.server, repository.port, ...at].join('|');
  }
}
