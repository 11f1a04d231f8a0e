import type { Variable, YamlValue } from '../../facts.ts';
import { placePart } from '../../place-part.ts';
import { yamlEntries, yamlItems, yamlLine, yamlText } from './yaml-path.ts';

/**
 * Variables as a map (`NAME: value`), a list of texts (`- NAME=value`) or of maps (`- name: NAME`, `value: x`, as
 * Kubernetes has them). What is given without a value, or comes from a reference, is left out.
 */
export function readYamlVariables(value: YamlValue | undefined, via: Variable['via']): readonly Variable[] {
  const mapped = yamlEntries(value).flatMap((entry) => {
    const text = yamlText(entry.value);
    if (text === undefined) return [];
    return [{ name: entry.key, value: text, via, line: yamlLine(entry.key.start, entry.value) }];
  });
  return [...mapped, ...yamlItems(value).flatMap((item) => readItem(item, via) ?? [])];
}

function readItem(item: YamlValue, via: Variable['via']): Variable | undefined {
  if (item.kind === 'map') {
    const entries = new Map(item.entries.map((entry) => [entry.key.value, entry.value]));
    const name = yamlText(entries.get('name'));
    const value = yamlText(entries.get('value'));
    return name === undefined || value === undefined ? undefined : { name, value, via, line: item.place };
  }
  const text = yamlText(item);
  const at = text?.value.indexOf('=') ?? -1;
  if (text === undefined || at <= 0) return undefined;
  return {
    name: placePart(text, 0, at),
    value: placePart(text, at + 1, text.value.length),
    via,
    line: yamlLine(item.place.start, item),
  };
}
