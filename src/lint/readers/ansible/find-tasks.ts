import type { YamlValue } from '../../facts.ts';
import { placePart } from '../../place-part.ts';
import { yamlAt, yamlEntries, yamlItems, yamlMaps, yamlText } from '../yaml/yaml-path.ts';

/** A task: the map it is, the module it calls, and what it gives to the module. */
export interface AnsibleTask {
  readonly map: YamlValue & { kind: 'map' };
  /** Without its collection: `copy` for `ansible.builtin.copy`. */
  readonly module: string;
  readonly value: YamlValue;
}

/** Modules that say something about backups. */
const modules = new Set([
  'command',
  'shell',
  'raw',
  'copy',
  'template',
  'lineinfile',
  'blockinfile',
  'cron',
  'systemd',
  'systemd_service',
  'service',
  'ini_file',
  'postgresql_set',
]);

const collection = /^(?:ansible\.(?:builtin|legacy|posix)|community\.(?:general|postgresql))\./;

/** Every task of playbooks, roles and blocks, in order. */
export function findTasks(root: YamlValue): readonly AnsibleTask[] {
  return [...yamlMaps(root)].flatMap((map) => {
    const found = map.entries.find(({ key }) => modules.has(key.value.replace(collection, '')));
    if (found === undefined || !isTask(map, found.value)) return [];
    return [{ map, module: found.key.value.replace(collection, ''), value: found.value }];
  });
}

/** `command:` stands in other maps too: of a replica method in a variable, of a service. */
function isTask(map: YamlValue, value: YamlValue): boolean {
  const keys = new Set(yamlEntries(map).map(({ key }) => key.value));
  return (
    value.kind === 'map' ||
    !['image', 'keep_data', 'no_params', 'container_name'].some((key) => keys.has(key))
  );
}

/** What a task gives to its module under a name: in a map, in `args:` beside a text, or as `name=value` in the text. */
export function taskArgument(task: AnsibleTask, name: string): YamlValue | undefined {
  return yamlAt(task.value, name) ?? yamlAt(task.map, 'args', name) ?? inlineArgument(task, name);
}

/** `cron: name=full hour=2 job="pgbackrest backup"`; the text of a command is no list of arguments. */
function inlineArgument({ module, value }: AnsibleTask, name: string): YamlValue | undefined {
  const text = yamlText(value);
  if (text === undefined || ['command', 'shell', 'raw'].includes(module)) return undefined;
  for (const found of text.value.matchAll(/([a-z_]+)=("[^"]*"|'[^']*'|(?:\{\{.*?\}\}|\S)+)/g)) {
    if (found[1] !== name) continue;
    const written = found[2] ?? '';
    const shift = /^["']/.test(written) ? 1 : 0;
    const start = found.index + name.length + 1 + shift;
    const part = placePart(text, start, start + written.length - 2 * shift);
    return { kind: 'scalar', place: part, text: part, value: part.value, style: 'plain' };
  }
  return undefined;
}

/** The first of several names of one argument, as text. */
export function taskText(task: AnsibleTask, ...names: readonly string[]): string | undefined {
  for (const name of names) {
    const text = yamlText(taskArgument(task, name))?.value;
    if (text !== undefined) return text;
  }
  return undefined;
}

/** An argument, and what `{{ item.NAME }}` stands for in it when the task goes through a list. */
export function argumentValues(task: AnsibleTask, name: string): readonly (YamlValue & { kind: 'scalar' })[] {
  const direct = taskArgument(task, name);
  if (direct?.kind !== 'scalar') return [];
  const field = /^\s*\{\{\s*item(?:\.(\w+)|\[['"](\w+)['"]\])?\s*\}\}\s*$/.exec(direct.text.value);
  if (!field) return [direct];
  const items = ['loop', 'with_items', 'with_list'].flatMap((key) => yamlItems(yamlAt(task.map, key)));
  const key = field[1] ?? field[2];
  return items.flatMap((item) => {
    const value = key === undefined ? item : yamlAt(item, key);
    return value?.kind === 'scalar' ? [value] : [];
  });
}
