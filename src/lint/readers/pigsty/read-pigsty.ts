import type { DocumentFacts, EngineSetting, YamlValue } from '../../facts.ts';
import type { LintDocument } from '../../lint-document.ts';
import { embedScalar } from '../yaml/embed-scalar.ts';
import { readYaml } from '../yaml/read-yaml.ts';
import { readYamlSettings } from '../yaml/read-yaml-settings.ts';
import { yamlAt, yamlEntries, yamlItems, yamlLine, yamlMaps, yamlText } from '../yaml/yaml-path.ts';
import { embedRange } from '../../embed-range.ts';

/** What a part of `pgbackrest_repo` is called as a document: `pgbackrest_repo.local`. */
const repositoryDestination = /^pgbackrest_repo\./;

/**
 * Reads a pigsty.yml. Pigsty renders one entry of `pgbackrest_repo`, the one that `pgbackrest_method` names, as repo1
 * (Pigsty, roles/pgsql/templates/pgbackrest.conf); so each entry is a document of its own, and one file for the engine.
 */
export function readPigsty(document: LintDocument): DocumentFacts {
  const { values, unreadable } = readYaml(document);
  if (repositoryDestination.test(document.destination ?? ''))
    return {
      document,
      yaml: values,
      unreadable,
      engineFile: { document, settings: values.flatMap(optionsOf) },
    };
  const maps = values.flatMap((value) => [...yamlMaps(value)]);
  return {
    document,
    yaml: values,
    unreadable,
    serverSettings: maps.flatMap((map) => readYamlSettings(yamlAt(map, 'pg_parameters'), 'patroni')),
    embedded:
      document.destination === 'pgbackrest_repo'
        ? values.flatMap(embedRepositories)
        : maps.flatMap((map) => [
            ...embedRepositories(yamlAt(map, 'pgbackrest_repo')),
            ...embedCrontabs(map),
          ]),
  };
}

function embedRepositories(repositories: YamlValue | undefined): readonly LintDocument[] {
  return yamlEntries(repositories).flatMap(({ key, value }) => {
    if (value.kind !== 'map') return [];
    return [embedRange(value.place, 'pigsty', `pgbackrest_repo.${key.value}`)];
  });
}

/** Lines of crontabs: those of a node name the user, those of a cluster run as the owner of the database. */
function embedCrontabs(map: YamlValue): readonly LintDocument[] {
  return [['node_crontab', '/etc/crontab'] as const, ['pg_crontab', 'pg_crontab'] as const].flatMap(
    ([key, destination]) =>
      yamlItems(yamlAt(map, key)).flatMap((item) =>
        item.kind === 'scalar' && item.value !== null ? [embedScalar(item, 'crontab', destination)] : [],
      ),
  );
}

/** `s3_bucket` is written as `repo1-s3-bucket`. A word of a Python program that is no literal is a variable. */
function optionsOf(repository: YamlValue): readonly EngineSetting[] {
  const isPython = standsInPython(repository.place.document);
  return yamlEntries(repository).flatMap(({ key, value }) => {
    const text = yamlText(value);
    if (text === undefined) return [];
    const isVariable =
      isPython && value.kind === 'scalar' && value.style === 'plain' && typeof value.value === 'string';
    return [
      {
        name: { ...key, value: `repo1-${key.value.replaceAll('_', '-')}` },
        value: isVariable ? { ...text, unknown: true } : text,
        section: 'global',
        via: isPython ? ('python' as const) : ('pigsty' as const),
        line: yamlLine(key.start, value),
      },
    ];
  });
}

function standsInPython(document: LintDocument): boolean {
  return (
    document.kind === 'python' || (document.container !== undefined && standsInPython(document.container))
  );
}
