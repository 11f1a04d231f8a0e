import type { CommandList, DocumentFacts, ServerSetting, YamlValue } from '../../facts.ts';
import type { LintDocument } from '../../lint-document.ts';
import { readYaml } from '../yaml/read-yaml.ts';
import { readYamlCommand } from '../yaml/read-yaml-command.ts';
import { readYamlSettings } from '../yaml/read-yaml-settings.ts';
import { yamlAt, yamlItems, yamlMaps, yamlText } from '../yaml/yaml-path.ts';

/**
 * Reads a patroni.yml, the dynamic configuration of a cluster (`patronictl edit-config`), or a part of either as
 * playbooks and documents have it (Patroni 4, docs/yaml_configuration.rst and docs/replica_bootstrap.rst).
 */
export function readPatroni(document: LintDocument): DocumentFacts {
  const { values, unreadable } = readYaml(document);
  return {
    document,
    yaml: values,
    unreadable,
    serverSettings: values.flatMap(readSettings),
    commandLists: values.flatMap(readMethods),
  };
}

/** `parameters` and `recovery_conf` wherever they stand, and settings that stand alone. */
function readSettings(root: YamlValue): readonly ServerSetting[] {
  const nested = [...yamlMaps(root)].flatMap((map) => [
    ...readYamlSettings(yamlAt(map, 'parameters'), 'patroni'),
    ...readYamlSettings(yamlAt(map, 'recovery_conf'), 'patroni'),
  ]);
  const alone = readYamlSettings(root, 'patroni').filter(({ name }) =>
    /^(archive|restore|recovery|wal)_\w+$/.test(name.value),
  );
  return [...nested, ...alone];
}

/** The commands of `create_replica_methods` and of `bootstrap.method`. */
function readMethods(root: YamlValue): readonly CommandList[] {
  return [...yamlMaps(root)].flatMap((map) => {
    const methods = [
      ...yamlItems(yamlAt(map, 'create_replica_methods')),
      ...yamlItems(yamlAt(map, 'create_replica_method')),
      yamlAt(map, 'method'),
    ];
    return methods.flatMap((method) => {
      const name = yamlText(method)?.value;
      const command = name === undefined ? undefined : yamlAt(map, name, 'command');
      return readYamlCommand(command, 'replica-method') ?? [];
    });
  });
}
