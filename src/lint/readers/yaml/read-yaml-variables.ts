import type { Variable, YamlValue } from '../../facts.ts';
import type { PlacedText } from '../../lint-document.ts';
import { placePart } from '../../place-part.ts';
import { yamlAt, yamlEntries, yamlItems, yamlLine, yamlText } from './yaml-path.ts';

/**
 * Variables as a map (`NAME: value`), a list of texts (`- NAME=value`) or of maps (`- name: NAME`, `value: x`, as
 * Kubernetes has them). What comes from elsewhere (`- NAME`, `valueFrom:`) is there with a value that is not known.
 */
export function readYamlVariables(value: YamlValue | undefined, via: Variable['via']): readonly Variable[] {
  const mapped = yamlEntries(value).map((entry) => ({
    name: entry.key,
    value: yamlText(entry.value) ?? fromElsewhere(entry.key),
    via,
    line: yamlLine(entry.key.start, entry.value),
  }));
  return [...mapped, ...yamlItems(value).flatMap((item) => readItem(item, via) ?? [])];
}

function readItem(item: YamlValue, via: Variable['via']): Variable | undefined {
  if (item.kind === 'map') {
    const name = yamlText(yamlAt(item, 'name'));
    if (name === undefined) return undefined;
    const value = yamlText(yamlAt(item, 'value')) ?? fromElsewhere(name);
    return { name, value, via, line: item.place };
  }
  const text = yamlText(item);
  if (text === undefined) return undefined;
  const line = yamlLine(item.place.start, item);
  const at = text.value.indexOf('=');
  if (at < 0) return { name: text, value: fromElsewhere(text), via, line };
  return { name: placePart(text, 0, at), value: placePart(text, at + 1, text.value.length), via, line };
}

function fromElsewhere(name: PlacedText): PlacedText {
  return { ...name, start: name.end, value: '', unknown: true };
}
