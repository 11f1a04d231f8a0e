import type { EngineSetting, ServerSetting, YamlValue } from '../../facts.ts';
import { isArchivingSetting } from '../../server-setting-names.ts';
import { yamlAt, yamlEntries, yamlItems, yamlLine, yamlMaps, yamlText } from '../yaml/yaml-path.ts';

/**
 * Variables that roles turn into files: `- { option: "repo1-path", value: "/x" }` under the section of
 * pgbackrest.conf, and the same form for settings of PostgreSQL (vitabaks/autobase, roles/pgbackrest and vars/main.yml;
 * geerlingguy.postgresql).
 */
export function readOptionLists(values: readonly YamlValue[]): {
  readonly engineSettings: readonly EngineSetting[];
  readonly serverSettings: readonly ServerSetting[];
} {
  const maps = values.flatMap((value) => [...yamlMaps(value)]);
  const stanza = maps
    .map((map) => yamlText(yamlAt(map, 'pgbackrest_stanza')))
    .find((text) => text !== undefined);
  const engineSettings = maps.flatMap((map) =>
    ['global', 'stanza'].flatMap((key) => {
      const section = key === 'stanza' ? (stanza?.value ?? key) : key;
      const options = yamlAt(map, 'pgbackrest_conf', key);
      return optionsOf(options).map((option) => ({ ...option, section, via: 'conf' as const }));
    }),
  );
  const lists = maps.flatMap((map) => yamlEntries(map).filter(({ key }) => key.value.startsWith('postgres')));
  const serverSettings = lists
    .flatMap(({ value }) => optionsOf(value))
    .filter(({ name }) => isArchivingSetting(name.value))
    .map((option) => ({ ...option, via: 'ansible' as const }));
  return { engineSettings, serverSettings };
}

function optionsOf(list: YamlValue | undefined) {
  return yamlItems(list).flatMap((item) => {
    const name = yamlText(yamlAt(item, 'option'));
    const value = yamlText(yamlAt(item, 'value'));
    if (name === undefined || value === undefined) return [];
    return [{ name, value, line: yamlLine(item.place.start, item) }];
  });
}
