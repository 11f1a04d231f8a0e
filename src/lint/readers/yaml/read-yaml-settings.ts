import type { ServerSetting, YamlValue } from '../../facts.ts';
import { yamlEntries, yamlLine, yamlText } from './yaml-path.ts';

/** Settings of PostgreSQL that stand as a map: `archive_mode: "on"`. */
export function readYamlSettings(
  value: YamlValue | undefined,
  via: ServerSetting['via'],
): readonly ServerSetting[] {
  return yamlEntries(value).flatMap(({ key, value: setting }) => {
    const text = yamlText(setting);
    return text === undefined ? [] : [{ name: key, value: text, via, line: yamlLine(key.start, setting) }];
  });
}
