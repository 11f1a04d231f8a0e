import type { YamlValue } from '../../facts.ts';
import type { PlacedText } from '../../lint-document.ts';
import type { LintProject } from '../../lint-rule.ts';
import { yamlAt, yamlEntries, yamlItems, yamlMaps, yamlText } from '../../readers/yaml/yaml-path.ts';
import { textsOf, yamlOf } from './containers.ts';

/** A task with the module it calls. */
export interface ModuleCall {
  readonly task: YamlValue & { kind: 'map' };
  /** The name of the module as written. */
  readonly module: PlacedText;
  readonly value: YamlValue;
}

/** Every task in playbooks and roles that calls one of the modules, with or without its collection's name. */
export function callsOf(project: LintProject, ...modules: readonly string[]): readonly ModuleCall[] {
  return yamlOf(project, 'ansible')
    .flatMap((value) => [...yamlMaps(value)])
    .flatMap((task) =>
      task.entries
        .filter(({ key }) =>
          modules.includes(key.value.replace(/^(ansible\.(builtin|legacy)|community\.general)\./, '')),
        )
        .map(({ key, value }) => ({ task, module: key, value })),
    );
}

/** What a call gives to its module: in a map, or as `name=value` in one line. */
export function argumentOf(call: ModuleCall, ...names: readonly string[]): PlacedText | undefined {
  for (const name of names) {
    const text = yamlText(yamlAt(call.value, name)) ?? inlineArgument(call, name);
    if (text !== undefined) return text;
  }
  return undefined;
}

/** Items that a task goes through. */
export function loopOf(call: ModuleCall): readonly YamlValue[] {
  return ['loop', 'with_items', 'with_list'].flatMap((key) => yamlItems(yamlAt(call.task, key)));
}

/** True when Patroni manages the servers that the project is about. */
export function usesPatroni(project: LintProject): boolean {
  return project.documents.some(
    ({ document }) =>
      document.kind === 'patroni' || (document.kind === 'ansible' && /\bpatroni(ctl)?\b/.test(document.text)),
  );
}

/** Everything that a task says, in one text. */
export function taskWords(task: YamlValue): string {
  return textsOf(task).join(' ');
}

/** The variables of a play. */
export function playVariables(project: LintProject) {
  return yamlOf(project, 'ansible')
    .flatMap((value) => yamlItems(value))
    .filter((play) => yamlAt(play, 'hosts') !== undefined)
    .flatMap((play) => yamlEntries(yamlAt(play, 'vars')));
}

function inlineArgument(call: ModuleCall, name: string): PlacedText | undefined {
  const text = yamlText(call.value);
  const found = text === undefined ? null : new RegExp(`(?:^|\\s)${name}=(\\S+)`).exec(text.value);
  return text === undefined || found === null ? undefined : { ...text, value: found[1] ?? '' };
}
