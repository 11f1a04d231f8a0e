import type { Invocation } from '../../facts.ts';
import type { LintRule } from '../../lint-rule.ts';
import { twoLocksRun } from './two-locks-run.ts';

export const manualJobBesideCronJob: LintRule = {
  name: 'manual-job-beside-cronjob',
  severity: 'warning',
  title: 'a backup Job made by hand beside its CronJob',
  consequence:
    'The Job runs in a pod of its own, and the lock of pgbackrest is a file in the pod; `concurrencyPolicy: Forbid` counts ' +
    'only the Jobs that the CronJob made. When both run, the second backup "resumes" the set that the first is writing: both ' +
    'end with 0 under one label, and files in it can be damaged.',
  correct: `kubectl patch cronjob pgbackrest-full -p '{"spec":{"suspend":true}}'
kubectl wait --for=condition=complete job -l app=pgbackrest --timeout=2h
kubectl create job --from=cronjob/pgbackrest-full pgbackrest-manual
kubectl patch cronjob pgbackrest-full -p '{"spec":{"suspend":false}}'`,
  reproduction: `${twoLocksRun}

The Job itself was read, not run: no cluster.`,
  source: 'Kubernetes, CronJob, "Concurrency policy"; pgBackRest, src/common/lock.c',
  *judge(project) {
    for (const { commands } of project.commandLists) {
      for (const command of commands) {
        const cronJob = backupCronJob(command);
        if (cronJob === undefined || commands.some((other) => suspends(other, cronJob))) continue;
        yield {
          place: command.place,
          problem: `nothing keeps this Job and those of the CronJob ${cronJob} apart`,
          remedy: 'suspend the CronJob first and wait until none of its Jobs runs.',
        };
      }
    }
  },
};

/** The CronJob whose backup `kubectl create job --from=cronjob/NAME` makes. */
function backupCronJob({ program, words }: Invocation): string | undefined {
  const values = words.map((word) => word.value);
  if (!['kubectl', 'oc'].includes(program) || values[1] !== 'create' || values[2] !== 'job') return undefined;
  const name = values.map((value) => /^--from=cronjobs?\/(\S+)$/.exec(value)?.[1]).find(Boolean);
  const isBackup = name !== undefined && /backup|pgbackrest/i.test(name);
  return isBackup && !/restore|valid|verif|check|drill|clean|expire/i.test(name) ? name : undefined;
}

function suspends({ program, words }: Invocation, cronJob: string): boolean {
  const text = words.map((word) => word.value).join(' ');
  return ['kubectl', 'oc'].includes(program) && text.includes(cronJob) && /suspend/.test(text);
}
