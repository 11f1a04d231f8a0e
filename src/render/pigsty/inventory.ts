import { Failure } from '../../model/failure.ts';
import { readYaml } from './edit-yaml.ts';

/** A PostgreSQL cluster of pigsty.yml. */
export interface PigstyCluster {
  /** Key of `all.children`. */
  readonly group: string;
  /** `pg_cluster`: its stanza has this name. */
  readonly name: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

type Mapping = Readonly<Record<string, unknown>>;

/** The clusters of an inventory. @throws UneditableError when it is no YAML */
export function readClusters(text: string): readonly PigstyCluster[] {
  return Object.entries(mapping(readYaml(text, ['all', 'children']))).flatMap(([group, content]) => {
    const variables = mapping(mapping(content)['vars']);
    const name = variables['pg_cluster'];
    return typeof name === 'string' ? [{ group, name, variables }] : [];
  });
}

/** The cluster of a stanza. @throws Failure nothing-found, with the names that there are */
export function findCluster(clusters: readonly PigstyCluster[], stanza: string): PigstyCluster {
  const found = clusters.find(({ name }) => name === stanza);
  if (found !== undefined) return found;
  throw new Failure('nothing-found', {
    operation: 'edit pigsty.yml',
    problem: `no group of all.children has pg_cluster: ${stanza} in its vars`,
    hint: `Pigsty calls a stanza as its cluster. ${clusters.length === 0 ? 'There is no cluster in the file.' : `There are: ${clusters.map(({ name }) => name).join(', ')}.`}`,
  });
}

export function mapping(value: unknown): Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Mapping) : {};
}
