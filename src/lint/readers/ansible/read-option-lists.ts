import type { DocumentFacts, ServerSetting, YamlValue } from '../../facts.ts';
import type { LintDocument } from '../../lint-document.ts';
import { isArchivingSetting } from '../../server-setting-names.ts';
import { embedRange } from '../../embed-range.ts';
import { readYaml } from '../yaml/read-yaml.ts';
import { yamlAt, yamlEntries, yamlItems, yamlLine, yamlMaps, yamlText } from '../yaml/yaml-path.ts';

/*
 * Variables that roles turn into files: `- { option: "repo1-path", value: "/x" }` under the sections of
 * `pgbackrest_conf`, and the same form for settings of PostgreSQL (vitabaks/autobase, roles/pgbackrest and
 * roles/common/defaults/main.yml; geerlingguy.postgresql).
 */

/** What `pgbackrest_conf` is called as a document; the name of the stanza follows. */
const prefix = 'pgbackrest_conf ';

/** Each `pgbackrest_conf`, for tasks may set one for each kind of storage: only one of them becomes the file. */
export function embedOptionFiles(values: readonly YamlValue[]): readonly LintDocument[] {
  const maps = values.flatMap((value) => [...yamlMaps(value)]);
  const named = maps.map((map) => yamlText(yamlAt(map, 'pgbackrest_stanza'))?.value);
  const stanza = named.find((name) => name !== undefined) ?? '{{ pgbackrest_stanza }}';
  return maps.flatMap((map) => {
    const file = yamlAt(map, 'pgbackrest_conf');
    const isList = yamlAt(file, 'global')?.kind === 'list' || yamlAt(file, 'stanza')?.kind === 'list';
    return file?.kind === 'map' && isList ? [embedRange(file.place, 'ansible', prefix + stanza)] : [];
  });
}

/** True for a document that {@link embedOptionFiles} made. */
export function isOptionFile(document: LintDocument): boolean {
  return document.destination?.startsWith(prefix) === true;
}

/** Reads one `pgbackrest_conf` as the file that it becomes. */
export function readOptionFile(document: LintDocument): DocumentFacts {
  const { values, unreadable } = readYaml(document);
  const stanza = (document.destination ?? '').slice(prefix.length);
  const settings = ['global', 'stanza'].flatMap((key) => {
    const section = key === 'stanza' ? stanza : key;
    const options = values.flatMap((value) => optionsOf(yamlAt(value, key)));
    return options.map((option) => ({ ...option, section, via: 'conf' as const }));
  });
  return { document, yaml: values, unreadable, engineFile: { document, settings } };
}

/** Settings of PostgreSQL in lists whose name begins with `postgres`. */
export function readOptionSettings(values: readonly YamlValue[]): readonly ServerSetting[] {
  const maps = values.flatMap((value) => [...yamlMaps(value)]);
  const lists = maps.flatMap((map) => yamlEntries(map).filter(({ key }) => key.value.startsWith('postgres')));
  return lists
    .flatMap(({ value }) => optionsOf(value))
    .filter(({ name }) => isArchivingSetting(name.value))
    .map((option) => ({ ...option, via: 'ansible' as const }));
}

function optionsOf(list: YamlValue | undefined) {
  return yamlItems(list).flatMap((item) => {
    const name = yamlText(yamlAt(item, 'option'));
    const value = yamlText(yamlAt(item, 'value'));
    if (name === undefined || value === undefined) return [];
    return [{ name, value, line: yamlLine(item.place.start, item) }];
  });
}
