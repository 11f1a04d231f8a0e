import type { YamlValue } from '../../facts.ts';
import type { PlacedText } from '../../lint-document.ts';
import type { LintProject } from '../../lint-rule.ts';
import { yamlAt, yamlEntries, yamlItems, yamlMaps, yamlText } from '../../readers/yaml/yaml-path.ts';

/** A service of a Compose file or a container of a pod. */
export interface Container {
  readonly platform: 'compose' | 'kubernetes';
  /** The key of the service, the name of the container. */
  readonly name: PlacedText | undefined;
  readonly value: YamlValue;
  readonly image: PlacedText | undefined;
  /** An image of their own is built, of which nothing is known. */
  readonly builds: boolean;
  /** What it runs: command, entry point and arguments in one text. */
  readonly command: string;
}

/** Something mounted into a container. */
export interface Mount {
  readonly source: string;
  readonly target: PlacedText;
}

/** Every container of Compose files and manifests. */
export function containersOf(project: LintProject): readonly Container[] {
  return [...composeFiles(project).flatMap(composeServices), ...manifests(project).flatMap(podContainers)];
}

/** The YAML documents of Compose files. */
export function composeFiles(project: LintProject): readonly YamlValue[] {
  return yamlOf(project, 'compose');
}

/** The objects of Kubernetes manifests, lists taken apart. */
export function manifests(project: LintProject): readonly YamlValue[] {
  return yamlOf(project, 'kubernetes').flatMap((value) => {
    const items = yamlItems(yamlAt(value, 'items'));
    return items.length > 0 ? items : [value];
  });
}

/** The YAML documents of files of one kind. */
export function yamlOf(
  project: LintProject,
  kind: 'compose' | 'kubernetes' | 'ansible' | 'patroni' | 'pigsty',
) {
  return project.documents
    .filter((facts) => facts.document.kind === kind)
    .flatMap((facts) => facts.yaml ?? []);
}

/** The services under `services:` of a Compose file. */
export function composeServices(file: YamlValue): readonly Container[] {
  return yamlEntries(yamlAt(file, 'services')).map(({ key, value }) => ({
    platform: 'compose',
    name: key,
    value,
    image: yamlText(yamlAt(value, 'image')),
    builds: yamlAt(value, 'build') !== undefined,
    command: [...textsOf(yamlAt(value, 'entrypoint')), ...textsOf(yamlAt(value, 'command'))].join(' '),
  }));
}

/** The containers of every pod that an object describes. */
export function podContainers(object: YamlValue): readonly Container[] {
  return [...yamlMaps(object)].flatMap((map) =>
    [...yamlItems(yamlAt(map, 'initContainers')), ...yamlItems(yamlAt(map, 'containers'))].map((value) => ({
      platform: 'kubernetes' as const,
      name: yamlText(yamlAt(value, 'name')),
      value,
      image: yamlText(yamlAt(value, 'image')),
      builds: false,
      command: [...textsOf(yamlAt(value, 'command')), ...textsOf(yamlAt(value, 'args'))].join(' '),
    })),
  );
}

/** Every text in a value. */
export function textsOf(value: YamlValue | undefined): readonly string[] {
  if (value === undefined) return [];
  if (value.kind === 'scalar') return value.value === null ? [] : [value.text.value];
  const inner = value.kind === 'list' ? value.items : value.entries.map((entry) => entry.value);
  return inner.flatMap(textsOf);
}

/** True when pgbackrest is named anywhere in what describes the container. */
export function mentionsEngine({ name, value }: Container): boolean {
  return /pgbackrest/i.test(
    `${name?.value ?? ''} ${value.place.document.text.slice(value.place.start, value.place.end)}`,
  );
}

/** What an image name is without its registry, tag and digest: `library/postgres`, `postgres`. */
export function imageRepository(image: string): string {
  const [name = ''] = image.split('@');
  const untagged = name.replace(/:[^:/]*$/, '');
  return untagged.replace(/^(?:docker\.io\/|index\.docker\.io\/|mirror\.gcr\.io\/)?(?:library\/)?/, '');
}

/** The tag; undefined when there is none. */
export function imageTag(image: string): string | undefined {
  const [name = ''] = image.split('@');
  return /:([^:/]*)$/.exec(name)?.[1];
}

/** Images of PostgreSQL in which there is no pgbackrest. */
export function isPlainPostgres(image: PlacedText | undefined): boolean {
  if (image === undefined) return false;
  return ['postgres', 'postgis/postgis', 'pgvector/pgvector'].includes(imageRepository(image.value));
}

/** The volumes of a service, in the short and the long form. */
export function composeMounts(service: YamlValue): readonly Mount[] {
  return yamlItems(yamlAt(service, 'volumes')).flatMap((item) => {
    const text = yamlText(item);
    if (text === undefined) {
      const target = yamlText(yamlAt(item, 'target'));
      return target === undefined ? [] : [{ source: yamlText(yamlAt(item, 'source'))?.value ?? '', target }];
    }
    // `${DATA:-/data}` has colons of its own.
    const parts = text.value.match(/(?:\$\{[^}]*\}|[^:])+/g) ?? [];
    const [source = '', target] = parts;
    return [{ source: target === undefined ? '' : source, target: { ...text, value: target ?? source } }];
  });
}
