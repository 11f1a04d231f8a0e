import { detectKind } from '../../detect-kind.ts';
import type { CommandList, DocumentFacts, YamlValue } from '../../facts.ts';
import type { LintDocument } from '../../lint-document.ts';
import { embedScalar } from '../yaml/embed-scalar.ts';
import { readYaml } from '../yaml/read-yaml.ts';
import { readYamlCommand, readWords } from '../yaml/read-yaml-command.ts';
import { readYamlVariables } from '../yaml/read-yaml-variables.ts';
import { yamlAt, yamlEntries, yamlItems, yamlText } from '../yaml/yaml-path.ts';

/** Reads a Compose file, or a part of one as documents show it (a service, or only its `environment:`). */
export function readCompose(document: LintDocument): DocumentFacts {
  const { values, unreadable } = readYaml(document);
  const services = values.flatMap(servicesOf);
  return {
    document,
    yaml: values,
    unreadable,
    variables: services.flatMap((service) => readYamlVariables(yamlAt(service, 'environment'), 'compose')),
    commandLists: services.flatMap(readCommands),
    embedded: values.flatMap((value) => embedConfigs(value, services)),
  };
}

/** The services of a file; the whole where it is only a part; parts kept for merging (`x-…`) only when not merged. */
function servicesOf(value: YamlValue): readonly YamlValue[] {
  const services = yamlAt(value, 'services');
  if (services !== undefined) return yamlEntries(services).map((entry) => entry.value);
  const nested = yamlEntries(value).map((entry) => entry.value);
  return [value, ...nested.filter((inner) => yamlAt(inner, 'image') ?? yamlAt(inner, 'environment'))];
}

/** `command` follows `entrypoint` when both are lists of words. */
function readCommands(service: YamlValue): readonly CommandList[] {
  const entrypoint = yamlAt(service, 'entrypoint');
  const command = yamlAt(service, 'command');
  const isOne = entrypoint?.kind === 'list' && command?.kind === 'list';
  const started = isOne
    ? [readWords([...entrypoint.items, ...command.items], 'container')]
    : [
        readYamlCommand(entrypoint, 'container', 'program'),
        readYamlCommand(command, 'container', isShell(entrypoint) ? 'shell' : 'program'),
      ];
  const healthcheck = readHealthcheck(yamlAt(service, 'healthcheck', 'test'));
  return [...started, healthcheck].flatMap((list) => list ?? []);
}

/** `entrypoint: ["sh", "-c"]` leaves the script to `command`. */
function isShell(entrypoint: YamlValue | undefined): boolean {
  return yamlText(yamlItems(entrypoint).at(-1))?.value === '-c';
}

/** `["CMD", …]` is words, `["CMD-SHELL", "…"]` and a text are for a shell (Compose specification, healthcheck). */
function readHealthcheck(test: YamlValue | undefined): CommandList | undefined {
  const [form, ...rest] = yamlItems(test);
  if (form === undefined) return readYamlCommand(test, 'container');
  const name = yamlText(form)?.value;
  if (name === 'CMD') return readWords(rest, 'container');
  return name === 'CMD-SHELL' ? readYamlCommand(rest[0], 'container') : undefined;
}

/** Texts under `configs:`, named after where a service puts them. */
function embedConfigs(value: YamlValue, services: readonly YamlValue[]): readonly LintDocument[] {
  return yamlEntries(yamlAt(value, 'configs')).flatMap(({ key, value: config }) => {
    const content = yamlAt(config, 'content');
    if (content?.kind !== 'scalar' || content.value === null) return [];
    const uses = services.flatMap((service) => yamlItems(yamlAt(service, 'configs')));
    const use = uses.find((item) => yamlText(yamlAt(item, 'source'))?.value === key.value);
    const destination = yamlText(yamlAt(use, 'target'))?.value ?? key.value;
    return [embedScalar(content, detectKind(destination, content.text.value), destination)];
  });
}
