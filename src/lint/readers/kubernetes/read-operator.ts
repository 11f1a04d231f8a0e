import type { EngineSetting, Schedule, YamlEntry, YamlValue } from '../../facts.ts';
import type { PlacedText } from '../../lint-document.ts';
import { yamlAt, yamlEntries, yamlItems, yamlLine, yamlText } from '../yaml/yaml-path.ts';

/** Where PGO's PostgresCluster and Percona's PerconaPGCluster keep what they give to pgBackRest. */
function backupsOf(object: YamlValue): YamlValue | undefined {
  return yamlAt(object, 'spec', 'backups', 'pgbackrest');
}

/** The fields that PGO writes as options: `repo1-s3-bucket` from `repos[].s3.bucket` (PGO, PGBackRestRepo). */
const repositoryFields: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  s3: { bucket: 's3-bucket', endpoint: 's3-endpoint', region: 's3-region' },
  gcs: { bucket: 'gcs-bucket' },
  azure: { container: 'azure-container' },
};

/** `spec.backups.pgbackrest.global` and its repositories, as options of section `global`. */
export function readOperatorSettings(object: YamlValue): readonly EngineSetting[] {
  const backups = backupsOf(object);
  const global = yamlEntries(yamlAt(backups, 'global')).flatMap((entry) => settingOf(entry, entry.key) ?? []);
  const repositories = yamlItems(yamlAt(backups, 'repos')).flatMap((repository) => {
    const name = yamlText(yamlAt(repository, 'name'))?.value;
    if (name === undefined || !/^repo\d+$/.test(name)) return [];
    return Object.entries(repositoryFields).flatMap(([storage, fields]) =>
      yamlEntries(yamlAt(repository, storage)).flatMap((entry) => {
        const option = Object.hasOwn(fields, entry.key.value) ? fields[entry.key.value] : undefined;
        if (option === undefined) return [];
        return settingOf(entry, { ...entry.key, value: `${name}-${option}` }) ?? [];
      }),
    );
  });
  return [...global, ...repositories];
}

function settingOf({ key, value }: YamlEntry, name: PlacedText): EngineSetting | undefined {
  const text = yamlText(value);
  if (text === undefined) return undefined;
  return { name, value: text, section: 'global', via: 'operator', line: yamlLine(key.start, value) };
}

const backupTypes: Readonly<Record<string, string>> = {
  full: 'full',
  differential: 'diff',
  incremental: 'incr',
};

/** `repos[].schedules`: one cron text for each type of backup. */
export function readOperatorSchedules(object: YamlValue): readonly Schedule[] {
  return yamlItems(yamlAt(backupsOf(object), 'repos')).flatMap((repository) =>
    yamlEntries(yamlAt(repository, 'schedules')).flatMap(({ key, value }) => {
      const expression = yamlText(value);
      if (expression === undefined) return [];
      const name = yamlText(yamlAt(repository, 'name'))?.value;
      return [
        {
          place: { ...value.place, start: key.start },
          name: name === undefined ? key.value : `${name} ${key.value}`,
          syntax: 'cron' as const,
          expressions: [expression],
          zone: undefined,
          commands: undefined,
          backupType: Object.hasOwn(backupTypes, key.value) ? backupTypes[key.value] : undefined,
        },
      ];
    }),
  );
}
