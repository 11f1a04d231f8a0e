import { detectKind } from '../../detect-kind.ts';
import type { CommandList, DocumentFacts, EngineSetting, YamlValue } from '../../facts.ts';
import type { DocumentKind, LintDocument } from '../../lint-document.ts';
import { embedScalar } from '../yaml/embed-scalar.ts';
import { readYaml } from '../yaml/read-yaml.ts';
import { readWords, readYamlCommand } from '../yaml/read-yaml-command.ts';
import { readYamlVariables } from '../yaml/read-yaml-variables.ts';
import { yamlAt, yamlItems, yamlLine, yamlText } from '../yaml/yaml-path.ts';
import { argumentValues, findTasks, taskArgument, taskText, type AnsibleTask } from './find-tasks.ts';
import { readCronTask } from './read-cron-task.ts';
import { embedOptionFiles, isOptionFile, readOptionFile, readOptionSettings } from './read-option-lists.ts';
import { readLineSettings, readSetTask } from './read-server-settings.ts';

/** Reads playbooks, tasks of roles, and variables of inventories. Placeholders are unknown, never wrong. */
export function readAnsible(document: LintDocument): DocumentFacts {
  if (isOptionFile(document)) return readOptionFile(document);
  const { values, unreadable } = readYaml(document);
  const tasks = values.flatMap(findTasks);
  const settings = lastOfEach(tasks.flatMap(readIniTask));
  const schedules = tasks.flatMap(readCronTask);
  return {
    document,
    yaml: values,
    unreadable,
    ...(settings.length > 0 && { engineFile: { document, settings } }),
    variables: tasks.flatMap((task) => readYamlVariables(yamlAt(task.map, 'environment'), 'shell')),
    serverSettings: [
      ...tasks.flatMap((task) => [...readLineSettings(task), ...readSetTask(task)]),
      ...readOptionSettings(values),
    ],
    commandLists: [...tasks.flatMap(readCommands), ...schedules.flatMap(({ commands }) => commands ?? [])],
    schedules,
    embedded: [...tasks.flatMap(embedFiles), ...embedOptionFiles(values)],
  };
}

function readCommands(task: AnsibleTask): readonly CommandList[] {
  if (!['command', 'shell', 'raw'].includes(task.module)) return [];
  const words = taskArgument(task, 'argv');
  const list =
    words === undefined
      ? readYamlCommand(
          task.value.kind === 'scalar' ? task.value : yamlAt(task.value, 'cmd'),
          'task',
          task.module === 'command' ? 'program' : 'shell',
        )
      : readWords(yamlItems(words), 'task');
  return list === undefined ? [] : [list];
}

/** What `copy` and `blockinfile` write; of `lineinfile`, lines of files that are read line by line. */
function embedFiles(task: AnsibleTask): readonly LintDocument[] {
  const destination = taskText(task, 'dest', 'path', 'name', 'destfile');
  const argument = { copy: 'content', blockinfile: 'block', lineinfile: 'line' }[task.module];
  if (argument === undefined) return [];
  return argumentValues(task, argument).flatMap((scalar) => {
    if (scalar.value === null) return [];
    const kind = kindOfPart(task, destination, scalar.text.value);
    return kind === 'unknown' ? [] : [embedScalar(scalar, kind, destination)];
  });
}

const readByLine: readonly DocumentKind[] = ['environment', 'crontab'];

function kindOfPart(task: AnsibleTask, destination: string | undefined, text: string): DocumentKind {
  const named = detectKind(destination ?? '', text);
  if (task.module !== 'lineinfile') return named;
  return readByLine.includes(named) ? named : 'unknown';
}

/** `ini_file` on a pgbackrest.conf: one option. */
function readIniTask(task: AnsibleTask): readonly EngineSetting[] {
  if (task.module !== 'ini_file' || taskText(task, 'state') === 'absent') return [];
  if (detectKind(taskText(task, 'path', 'dest') ?? '', '') !== 'pgbackrest-conf') return [];
  const name = yamlText(taskArgument(task, 'option'));
  const value = yamlText(taskArgument(task, 'value'));
  if (name === undefined || value === undefined) return [];
  const section = taskText(task, 'section') ?? '';
  return [{ name, value, section, via: 'conf', line: taskLine(task.map) }];
}

/** The module replaces what stands there: the last task that runs wins. */
function lastOfEach(settings: readonly EngineSetting[]): readonly EngineSetting[] {
  const keyOf = ({ section, name }: EngineSetting) => `${section} ${name.value}`;
  const last = new Map(settings.map((setting) => [keyOf(setting), setting]));
  return settings.filter((setting) => last.get(keyOf(setting)) === setting);
}

function taskLine(map: YamlValue) {
  return yamlLine(map.place.start, map);
}
