import { nearestName } from '../../../model/nearest-name.ts';
import type { PlacedText } from '../../lint-document.ts';
import type { LintProject, LintRule } from '../../lint-rule.ts';
import { placePart } from '../../place-part.ts';
import { yamlMaps, yamlAt, yamlText } from '../../readers/yaml/yaml-path.ts';

/** Metrics of pgbackrest_exporter v0.23.0 (README, "Collectors"), without the prefix; some older names. */
const known: readonly string[] = [
  'stanza_status',
  'stanza_backup_lock_status',
  'stanza_lock_status',
  'stanza_restore_lock_status',
  'stanza_backup_complete_bytes',
  'stanza_backup_total_bytes',
  'stanza_restore_complete_bytes',
  'stanza_backup_compete_bytes',
  'stanza_restore_total_bytes',
  'repo_status',
  'version_info',
  'backup_info',
  'backup_annotations',
  'backup_databases',
  'backup_references',
  'backup_duration_seconds',
  'backup_error_status',
  'backup_delta_bytes',
  'backup_size_bytes',
  'backup_repo_delta_bytes',
  'backup_repo_size_bytes',
  'backup_repo_delta_map_bytes',
  'backup_repo_size_map_bytes',
  'backup_since_last_completion_seconds',
  'backup_last_annotations',
  'backup_last_databases',
  'backup_last_references',
  'backup_last_duration_seconds',
  'backup_last_error_status',
  'backup_last_delta_bytes',
  'backup_last_size_bytes',
  'backup_last_repo_delta_bytes',
  'backup_last_repo_size_bytes',
  'backup_last_repo_delta_map_bytes',
  'backup_last_repo_size_map_bytes',
  'wal_archive_status',
  'exporter_status',
  'exporter_build_info',
  'exporter_info',
];

/** What people mean by names that no exporter ever had. */
const meant: readonly (readonly [RegExp, string])[] = [
  [
    /last.*(backup|full|diff|incr)|backup.*(age|time|last)/,
    'pgbackrest_backup_since_last_completion_seconds',
  ],
  [/archive|wal/, 'pgbackrest_wal_archive_status'],
  [/stanza/, 'pgbackrest_stanza_status'],
  [/repo/, 'pgbackrest_repo_status'],
  [/fail|error|status/, 'pgbackrest_backup_last_error_status'],
];

export const metricUnknown: LintRule = {
  name: 'metric-unknown',
  severity: 'warning',
  title: 'an alert asks for a metric that no exporter has',
  consequence:
    'An expression over a metric that does not exist has no result, and an alert without a result never fires. It looks like ' +
    'monitoring and is none. (A metric that a script of your own writes is known when the script is read too.)',
  correct: 'expr: pgbackrest_backup_since_last_completion_seconds{backup_type="full"} > 8 * 86400',
  reproduction: `Prometheus 2.42, the alert as a rule file, and a test in which the newest backup is 115 days old:

\`\`\`
$ promtool check rules rules.yml
  SUCCESS: 2 rules found
$ promtool test rules test.yml
    alertname: Invented, time: 5m,          # time() - pgbackrest_last_backup_timestamp > 86400
        exp: [ Labels:{alertname="Invented"} ]
        got:[]
\`\`\`

An alert over pgbackrest_backup_since_last_completion_seconds fires in the same test.`,
  source: 'woblerr/pgbackrest_exporter, README; Prometheus, "Querying basics"',
  *judge(project) {
    const own = new Set([...recordedNames(project), ...writtenNames(project)]);
    for (const expression of expressionsOf(project)) {
      for (const found of hideTemplates(expression.value).matchAll(/(?<![\w:."'])pgbackrest_([a-z0-9_]+)/g)) {
        const name = found[1] ?? '';
        if (isKnown(name) || own.has(found[0]) || expression.value.includes('{{')) continue;
        yield {
          place: placePart(expression, found.index, found.index + found[0].length),
          problem: `no exporter has the metric ${found[0]}`,
          remedy: `pgbackrest_exporter has ${suggest(name)}.`,
        };
      }
    }
  },
};

/** Variables of a template are no metrics; each is blanked out at its place. */
function hideTemplates(text: string): string {
  return text.replaceAll(/\{\{.*?\}\}|\$\{?\w+\}?/gs, (found) => ' '.repeat(found.length));
}

function isKnown(name: string): boolean {
  return known.includes(name);
}

function suggest(name: string): string {
  const near = nearestName(name, known);
  if (near !== undefined) return `pgbackrest_${near}`;
  return (
    meant.find(([pattern]) => pattern.test(name))?.[1] ??
    'pgbackrest_stanza_status and others; see its README'
  );
}

/** Texts under `expr`, wherever a rule file or a manifest has them. */
function expressionsOf(project: LintProject): readonly PlacedText[] {
  return rulesOf(project).flatMap((map) => yamlText(yamlAt(map, 'expr')) ?? []);
}

/** Names that recording rules make. */
function recordedNames(project: LintProject): ReadonlySet<string> {
  return new Set(rulesOf(project).flatMap((map) => yamlText(yamlAt(map, 'record'))?.value ?? []));
}

/** Names in scripts, which may write them for the textfile collector. */
function writtenNames(project: LintProject): readonly string[] {
  return project.documents
    .filter(({ document }) => ['shell', 'python'].includes(document.kind))
    .flatMap(({ document }) => document.text.match(/pgbackrest_[a-z0-9_]+/g) ?? []);
}

function rulesOf(project: LintProject) {
  return project.documents
    .filter(({ document }) => ['prometheus-rules', 'kubernetes', 'ansible'].includes(document.kind))
    .flatMap((facts) => (facts.yaml ?? []).flatMap((value) => [...yamlMaps(value)]));
}
