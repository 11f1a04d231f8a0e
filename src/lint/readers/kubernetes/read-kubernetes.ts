import { detectKind } from '../../detect-kind.ts';
import { embedRange } from '../../embed-range.ts';
import type { CommandList, DocumentFacts, Schedule, YamlValue } from '../../facts.ts';
import type { LintDocument } from '../../lint-document.ts';
import { embedScalar } from '../yaml/embed-scalar.ts';
import { readYaml } from '../yaml/read-yaml.ts';
import { readWords } from '../yaml/read-yaml-command.ts';
import { readYamlSettings } from '../yaml/read-yaml-settings.ts';
import { readYamlVariables } from '../yaml/read-yaml-variables.ts';
import { yamlAt, yamlEntries, yamlItems, yamlMaps, yamlText } from '../yaml/yaml-path.ts';
import { readOperatorSchedules, readOperatorSettings } from './read-operator.ts';

/** Reads manifests: containers, CronJobs, ConfigMaps, Secrets, and clusters of operators that use pgBackRest. */
export function readKubernetes(document: LintDocument): DocumentFacts {
  const { values, unreadable } = readYaml(document);
  const objects = values.flatMap((value) => {
    const items = yamlItems(yamlAt(value, 'items'));
    return items.length > 0 ? items : [value];
  });
  const containers = objects.flatMap(containersOf);
  const settings = objects.flatMap(readOperatorSettings);
  const started = new Map(containers.map((container) => [container, commandOf(container)]));
  return {
    document,
    yaml: values,
    unreadable,
    ...(settings.length > 0 && { engineFile: { document, settings } }),
    variables: containers.flatMap((container) => readYamlVariables(yamlAt(container, 'env'), 'kubernetes')),
    serverSettings: objects.flatMap((object) =>
      readYamlSettings(
        yamlAt(object, 'spec', 'patroni', 'dynamicConfiguration', 'postgresql', 'parameters'),
        'patroni',
      ),
    ),
    commandLists: containers.flatMap((container) => [
      ...[started.get(container)].flatMap((list) => list ?? []),
      ...readOtherCommands(container),
    ]),
    schedules: objects.flatMap((object) => [
      ...readCronJob(object, started),
      ...readOperatorSchedules(object),
    ]),
    embedded: objects.flatMap(embedData),
  };
}

/** Every container, wherever a pod is described. */
function containersOf(object: YamlValue): readonly YamlValue[] {
  return [...yamlMaps(object)].flatMap((map) => [
    ...yamlItems(yamlAt(map, 'initContainers')),
    ...yamlItems(yamlAt(map, 'containers')),
  ]);
}

/** What is run to probe a container, and when it starts and stops. */
function readOtherCommands(container: YamlValue): readonly CommandList[] {
  const probes = ['livenessProbe', 'readinessProbe', 'startupProbe'].map((probe) =>
    yamlAt(container, probe, 'exec', 'command'),
  );
  const hooks = ['postStart', 'preStop'].map((hook) =>
    yamlAt(container, 'lifecycle', hook, 'exec', 'command'),
  );
  const others = [...probes, ...hooks].map((command) => readWords(yamlItems(command), 'container'));
  return others.flatMap((list) => list ?? []);
}

/** `args` follow `command`; alone they follow the entry point of the image. */
function commandOf(container: YamlValue): CommandList | undefined {
  const words = [...yamlItems(yamlAt(container, 'command')), ...yamlItems(yamlAt(container, 'args'))];
  return readWords(words, 'container');
}

/** @param started what each container runs, so that a schedule and the list of commands are one */
function readCronJob(
  object: YamlValue,
  started: ReadonlyMap<YamlValue, CommandList | undefined>,
): readonly Schedule[] {
  const expression = yamlText(yamlAt(object, 'spec', 'schedule'));
  if (yamlText(yamlAt(object, 'kind'))?.value !== 'CronJob' || expression === undefined) return [];
  const [container] = containersOf(object);
  return [
    {
      place: object.place,
      name: yamlText(yamlAt(object, 'metadata', 'name'))?.value,
      syntax: 'cron',
      expressions: [expression],
      zone: yamlText(yamlAt(object, 'spec', 'timeZone'))?.value,
      commands: container === undefined ? undefined : started.get(container),
      backupType: undefined,
    },
  ];
}

/** Keys of a ConfigMap, and of a Secret as far as they are not Base64: files in the making. So is a PrometheusRule. */
function embedData(object: YamlValue): readonly LintDocument[] {
  const kind = yamlText(yamlAt(object, 'kind'))?.value;
  const rules = yamlAt(object, 'spec', 'groups');
  if (kind === 'PrometheusRule' && rules?.kind === 'list')
    return [embedRange(rules.place, 'prometheus-rules', 'spec.groups')];
  const data = kind === 'ConfigMap' ? ['data'] : kind === 'Secret' ? ['stringData'] : [];
  return data.flatMap((name) =>
    yamlEntries(yamlAt(object, name)).flatMap(({ key, value }) => {
      if (value.kind !== 'scalar' || !value.text.value.includes('\n')) return [];
      return [embedScalar(value, detectKind(key.value, value.text.value), key.value)];
    }),
  );
}
