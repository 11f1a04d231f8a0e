import type { YamlValue } from '../../facts.ts';
import type { Place } from '../../lint-document.ts';
import type { LintProject, LintRule } from '../../lint-rule.ts';
import { yamlAt, yamlEntry, yamlText } from '../../readers/yaml/yaml-path.ts';
import { manifests, podContainers } from './containers.ts';
import { twoLocksRun } from './two-locks-run.ts';

export const cronJobOverlaps: LintRule = {
  name: 'cronjob-may-overlap',
  severity: 'warning',
  title: 'a CronJob that runs backups may run twice at once',
  consequence:
    'concurrencyPolicy is Allow by default: when a backup takes longer than the interval, a second pod starts beside it. The ' +
    'lock of pgbackrest is a file in the pod, so it does not keep them apart: the second run "resumes" the set that the first ' +
    'is writing, both end with 0, and files in it can be damaged.',
  correct: 'spec:\n  concurrencyPolicy: Forbid',
  reproduction: `${twoLocksRun}

The schedule itself was read, not run: no cluster.`,
  source: 'Kubernetes, CronJob, "Concurrency policy"; pgBackRest, src/common/lock.c',
  *judge(project) {
    for (const { object, name } of backupCronJobs(project)) {
      const policy = yamlText(yamlAt(object, 'spec', 'concurrencyPolicy'));
      if (policy !== undefined && (policy.unknown || policy.value === 'Forbid')) continue;
      yield {
        place: policy ?? name,
        problem:
          policy === undefined
            ? 'concurrencyPolicy is missing and therefore Allow: two backups can run at once'
            : `concurrencyPolicy: ${policy.value} does not keep two backups apart`,
        remedy: 'set concurrencyPolicy: Forbid. Replace is no better: it kills a backup that runs.',
      };
    }
  },
};

export const cronJobRepeats: LintRule = {
  name: 'cronjob-repeats-failed-backup',
  severity: 'warning',
  title: 'a failed backup is repeated at once, again and again',
  consequence:
    'restartPolicy: OnFailure and the default backoffLimit of 6 start a failed backup seven times, each of which reads the ' +
    'whole database, and the Job is only reported as failed at the end; with OnFailure the logs of the failed containers go ' +
    'with the pod.',
  correct:
    'jobTemplate:\n  spec:\n    backoffLimit: 0\n    template:\n      spec:\n        restartPolicy: Never',
  reproduction:
    'Read, not run: no cluster on the test machines. Kubernetes, Job: `backoffLimit` is 6 by default.',
  source: 'Kubernetes, Jobs, "Pod backoff failure policy"',
  *judge(project) {
    for (const { object, name } of backupCronJobs(project)) {
      const job = yamlAt(object, 'spec', 'jobTemplate', 'spec');
      const limit = yamlText(yamlAt(job, 'backoffLimit'));
      if (limit !== undefined && (limit.unknown || Number(limit.value) <= 1)) continue;
      const policy = yamlText(yamlAt(job, 'template', 'spec', 'restartPolicy'));
      yield {
        place: limit ?? policy ?? name,
        problem:
          limit === undefined
            ? 'backoffLimit is missing and therefore 6: a failed backup is run seven times'
            : `backoffLimit: ${limit.value} runs a failed backup again`,
        remedy: 'set backoffLimit: 0 and restartPolicy: Never, and let an alert tell of the failure.',
      };
    }
  },
};

export const cronJobWithoutZone: LintRule = {
  name: 'cronjob-without-time-zone',
  severity: 'advice',
  title: 'a CronJob for backups names no time zone',
  consequence:
    'The schedule is read in the zone of the kube-controller-manager, which is the provider’s choice and may change with an ' +
    'upgrade of the cluster.',
  correct: 'spec:\n  schedule: "0 2 * * *"\n  timeZone: Etc/UTC',
  reproduction: 'Read, not run: no cluster on the test machines.',
  source: 'Kubernetes, CronJob, "Time zones"; timeZone is stable since 1.27',
  *judge(project) {
    for (const { object } of backupCronJobs(project)) {
      const schedule = yamlText(yamlAt(object, 'spec', 'schedule'));
      if (schedule === undefined || yamlAt(object, 'spec', 'timeZone') !== undefined) continue;
      // An interval (every six hours) is the same in each zone but for its offset.
      if (/^\S+\s+\*/.test(schedule.value) || /TZ=/.test(schedule.value)) continue;
      yield {
        place: schedule,
        problem: `the schedule ${schedule.value} is in whatever zone the control plane has`,
        remedy: 'add timeZone: Etc/UTC.',
      };
    }
  },
};

interface BackupCronJob {
  readonly object: YamlValue;
  /** Where to point when a field is missing. */
  readonly name: Place;
}

/** CronJobs that run pgbackrest with something that writes into the repository. */
function backupCronJobs(project: LintProject): readonly BackupCronJob[] {
  return manifests(project).flatMap((object) => {
    const kind = yamlEntry(object, 'kind');
    if (kind === undefined || yamlText(kind.value)?.value !== 'CronJob') return [];
    const runs = podContainers(object).some(({ command }) =>
      /pgbackrest[\s\S]*\b(backup|expire)\b/.test(command),
    );
    if (!runs) return [];
    return [{ object, name: yamlText(yamlAt(object, 'metadata', 'name')) ?? kind.value.place }];
  });
}
