import { parseDuration } from '../../../model/duration.ts';
import type { Claim, DocumentFacts, Schedule, YamlEntry, YamlValue } from '../../facts.ts';
import type { LintDocument } from '../../lint-document.ts';
import { readYaml } from '../yaml/read-yaml.ts';
import { yamlAt, yamlEntries, yamlItems, yamlText } from '../yaml/yaml-path.ts';

/** Reads a holdfast.yaml for what other files are held against; what is wrong in it is told by config/. */
export function readHoldfast(document: LintDocument): DocumentFacts {
  const { values, unreadable } = readYaml(document);
  const stanzas = values.flatMap((value) => yamlEntries(yamlAt(value, 'stanzas')));
  return {
    document,
    yaml: values,
    unreadable,
    schedules: stanzas.flatMap(readSchedules),
    claims: stanzas.flatMap(({ value }) => readObjective(value)),
  };
}

function readSchedules({ key: stanza, value }: YamlEntry): readonly Schedule[] {
  const schedule = yamlAt(value, 'schedule');
  const zone = yamlText(yamlAt(schedule, 'timezone'))?.value;
  return yamlEntries(schedule).flatMap(({ key: job, value: times }) =>
    (times.kind === 'list' ? yamlItems(times) : [times]).flatMap((time) => {
      const expression = yamlText(time) ?? yamlText(yamlAt(time, 'cron'));
      if (expression === undefined || job.value === 'timezone') return [];
      return [
        {
          place: time.place,
          name: `${stanza.value} ${job.value}`,
          syntax: 'cron' as const,
          expressions: [expression],
          zone: yamlText(yamlAt(time, 'timezone'))?.value ?? zone,
          commands: undefined,
          backupType: ['full', 'diff', 'incr'].includes(job.value) ? job.value : undefined,
        },
      ];
    }),
  );
}

function readObjective(stanza: YamlValue): readonly Claim[] {
  const rpo = yamlText(yamlAt(stanza, 'objectives', 'rpo'));
  const amount = rpo === undefined ? undefined : parseDuration(rpo.value);
  if (rpo === undefined || amount === undefined) return [];
  return [{ place: rpo, kind: 'rpo', amount }];
}
