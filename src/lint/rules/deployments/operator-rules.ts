import type { YamlValue } from '../../facts.ts';
import type { LintProject, LintRule } from '../../lint-rule.ts';
import { yamlAt, yamlEntries, yamlItems, yamlText } from '../../readers/yaml/yaml-path.ts';
import { manifests } from './containers.ts';

export const operatorRepositoryWithoutSchedule: LintRule = {
  name: 'operator-repository-without-schedule',
  severity: 'warning',
  title: 'a repository of a PostgresCluster gets WAL but no backups',
  consequence:
    'PGO makes scheduled backups only into repositories with `schedules`. WAL goes to all of them: the repository grows, and ' +
    'nothing in it can be restored except by the one backup that PGO makes into the first repository at creation.',
  correct:
    'repos:\n  - name: repo2\n    schedules:\n      full: "0 1 * * 0"\n      incremental: "0 1 * * 1-6"',
  reproduction: 'Read, not run: no cluster on the test machines.',
  source: 'Crunchy Data PGO, Backups Management, "Managing Scheduled Backups"',
  *judge(project) {
    for (const backups of operatorBackups(project)) {
      const repositories = yamlItems(yamlAt(backups, 'repos'));
      // A cluster whose backups are all started from elsewhere has no schedules at all.
      if (!repositories.some((one) => yamlEntries(yamlAt(one, 'schedules')).length > 0)) continue;
      for (const repository of repositories) {
        const name = yamlText(yamlAt(repository, 'name'));
        if (name === undefined || yamlEntries(yamlAt(repository, 'schedules')).length > 0) continue;
        yield {
          place: name,
          problem: `${name.value} has no schedules, so that it gets WAL but no backups`,
          remedy: 'give it schedules of its own, or take it out.',
        };
      }
    }
  },
};

export const operatorOptionOfMissingRepository: LintRule = {
  name: 'operator-option-of-missing-repository',
  severity: 'warning',
  title: 'global options of a PostgresCluster name a repository that is not there',
  consequence:
    'The option goes into a configuration without that repository and does nothing: a retention or a cipher that was meant for ' +
    'another one is not set.',
  correct: 'global:\n  repo1-retention-full: "14"   # with `- name: repo1` under repos',
  reproduction: 'Read, not run: no cluster on the test machines.',
  source: 'Crunchy Data PGO, Backup Configuration',
  *judge(project) {
    for (const backups of operatorBackups(project)) {
      const names = yamlItems(yamlAt(backups, 'repos')).flatMap(
        (one) => yamlText(yamlAt(one, 'name'))?.value ?? [],
      );
      if (names.length === 0) continue;
      for (const { key } of yamlEntries(yamlAt(backups, 'global'))) {
        const repository = /^(repo\d+)-/.exec(key.value)?.[1];
        if (repository === undefined || names.includes(repository)) continue;
        yield {
          place: key,
          problem: `${key.value} is for ${repository}, but the cluster has ${names.join(', ')}`,
          remedy: 'use the number of the repository that is meant.',
        };
      }
    }
  },
};

export const scheduledBackupFields: LintRule = {
  name: 'scheduled-backup-five-fields',
  severity: 'critical',
  title: 'the schedule of a ScheduledBackup has five fields',
  consequence:
    'CloudNativePG reads six fields, the first of which is seconds. Five are accepted with a warning and mean something else: ' +
    '`0 2 * * *` is second 0 of minute 2 of every hour, a full backup each hour; `0 2 * * 0` is refused, for there is no ' +
    'month 0.',
  correct: 'schedule: "0 0 2 * * *"   # seconds minutes hours day month weekday',
  reproduction: `Not run here (no cluster); as published by others with CloudNativePG:

\`\`\`
$ kubectl apply -f scheduled-backup.yaml     # schedule: "0 2 * * *", applied at 06:58
Warning: Schedule parameter may not have the right number of arguments (usually six arguments are needed)
next backup: 07:02:00Z
\`\`\``,
  source: 'CloudNativePG, internal/webhook/v1/scheduledbackup_webhook.go; Backup, "Scheduled backups"',
  *judge(project) {
    for (const object of manifests(project)) {
      if (yamlText(yamlAt(object, 'kind'))?.value !== 'ScheduledBackup') continue;
      const schedule = yamlText(yamlAt(object, 'spec', 'schedule'));
      if (schedule === undefined || schedule.unknown || schedule.value.trim().split(/\s+/).length !== 5)
        continue;
      yield {
        place: schedule,
        problem: `the schedule ${schedule.value} has five fields, CloudNativePG reads six`,
        remedy: `put the seconds in front: "0 ${schedule.value}".`,
      };
    }
  },
};

function operatorBackups(project: LintProject): readonly YamlValue[] {
  return manifests(project).flatMap((object) => yamlAt(object, 'spec', 'backups', 'pgbackrest') ?? []);
}
