import type { CommandList, DocumentFacts, YamlValue } from '../../facts.ts';
import type { LintDocument } from '../../lint-document.ts';
import { readYaml } from '../yaml/read-yaml.ts';
import { readWords, readYamlCommand } from '../yaml/read-yaml-command.ts';
import { yamlAt, yamlItems, yamlMaps } from '../yaml/yaml-path.ts';

/** Reads service definitions of Consul in JSON, which is YAML too: their checks run commands. */
export function readConsul(document: LintDocument): DocumentFacts {
  const { values, unreadable } = readYaml(document);
  return { document, yaml: values, unreadable, commandLists: values.flatMap(readChecks) };
}

function readChecks(root: YamlValue): readonly CommandList[] {
  return [...yamlMaps(root)]
    .flatMap((map) => [yamlAt(map, 'check'), ...yamlItems(yamlAt(map, 'checks'))])
    .flatMap((check) => [
      readYamlCommand(yamlAt(check, 'script'), 'task') ?? [],
      readWords(yamlItems(yamlAt(check, 'args')), 'task') ?? [],
    ])
    .flat();
}
