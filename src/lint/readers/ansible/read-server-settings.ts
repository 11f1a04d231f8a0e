import type { ServerSetting } from '../../facts.ts';
import type { PlacedText } from '../../lint-document.ts';
import { placePart } from '../../place-part.ts';
import { isArchivingSetting } from '../../server-setting-names.ts';
import { yamlLine, yamlText } from '../yaml/yaml-path.ts';
import { argumentValues, taskArgument, taskText, type AnsibleTask } from './find-tasks.ts';

/** `archive_mode: "on"` as in a patroni.yml, `archive_mode = on` as in a postgresql.conf. */
const settingLine = /^(\s*)([a-z_]+)(\s*[:=]\s*)(.*?)\s*$/;

/** What `lineinfile` writes when it is a setting of PostgreSQL. */
export function readLineSettings(task: AnsibleTask): readonly ServerSetting[] {
  if (task.module !== 'lineinfile') return [];
  return argumentValues(task, 'line').flatMap((scalar) => {
    const found = settingLine.exec(scalar.text.value);
    if (!found || !isArchivingSetting(found[2] ?? '')) return [];
    const [, indentation = '', name = '', separator = '', written = ''] = found;
    const start = indentation.length + name.length + separator.length;
    return [
      {
        name: placePart(scalar.text, indentation.length, indentation.length + name.length),
        value: unquoted(scalar.text, start, start + written.length),
        via: 'ansible' as const,
        line: yamlLine(scalar.place.start, scalar),
      },
    ];
  });
}

function unquoted(text: PlacedText, start: number, end: number): PlacedText {
  const quote = text.value.charAt(start);
  const isQuoted = (quote === '"' || quote === "'") && end - start > 1 && text.value[end - 1] === quote;
  if (!isQuoted) return placePart(text, start, end);
  const part = placePart(text, start + 1, end - 1);
  return quote === "'" ? { ...part, value: part.value.replaceAll("''", "'") } : part;
}

/** `postgresql_set`: `ALTER SYSTEM` as a module. */
export function readSetTask(task: AnsibleTask): readonly ServerSetting[] {
  const name = yamlText(taskArgument(task, 'name'));
  const value = yamlText(taskArgument(task, 'value'));
  if (task.module !== 'postgresql_set' || name === undefined || value === undefined) return [];
  if (taskText(task, 'reset') === 'true') return [];
  return [{ name, value, via: 'ansible', line: yamlLine(task.map.place.start, task.map) }];
}
