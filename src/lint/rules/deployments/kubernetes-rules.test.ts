import { describe, expect, it } from 'vitest';
import { judgeRule } from '../../../../test/support/judge-rule.ts';
import type { LintRule } from '../../lint-rule.ts';
import { cronJobOverlaps, cronJobRepeats, cronJobWithoutZone } from './cronjob-rules.ts';
import { deploymentRules } from './deployment-rules.ts';
import {
  claimSharedByPods,
  workloadWithoutLimits,
  workloadWithoutSecurityContext,
} from './kubernetes-workloads.ts';
import {
  operatorOptionOfMissingRepository,
  operatorRepositoryWithoutSchedule,
  scheduledBackupFields,
} from './operator-rules.ts';

const manifest = (text: string) => ({ 'k8s.yaml': text });

const goodManifest = `apiVersion: batch/v1
kind: CronJob
metadata: { name: full }
spec:
  schedule: "0 2 * * *"
  timeZone: Etc/UTC
  concurrencyPolicy: Forbid
  jobTemplate:
    spec:
      backoffLimit: 0
      template:
        spec:
          restartPolicy: Never
          securityContext: { runAsNonRoot: true }
          containers:
            - name: pgbackrest
              image: registry.example/pgbackrest:2.58.0
              command: [pgbackrest, --stanza=main, --type=full, backup]
              resources: { requests: { cpu: 100m } }
---
apiVersion: postgres-operator.crunchydata.com/v1beta1
kind: PostgresCluster
metadata: { name: hippo }
spec:
  backups:
    pgbackrest:
      global: { repo1-retention-full: "14" }
      repos:
        - { name: repo1, schedules: { full: "0 1 * * 0" } }
---
apiVersion: postgresql.cnpg.io/v1
kind: ScheduledBackup
metadata: { name: daily }
spec: { schedule: "0 0 2 * * *" }
`;

const job = (spec: string, pod = 'restartPolicy: Never') => `apiVersion: batch/v1
kind: CronJob
metadata:
  name: full
spec:
  schedule: "0 2 * * *"
  ${spec}
  jobTemplate:
    spec:
      backoffLimit: 0
      template:
        spec:
          ${pod}
          containers:
            - name: backup
              image: registry.example/pgbackrest:2.58.0
              command: [pgbackrest, --stanza=main, backup]
`;

const claims = (mode: string, second: string) => `apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: repo }
spec:
  accessModes: [${mode}]
---
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: db }
spec: { template: { spec: { containers: [{ name: db, image: "x:1" }], volumes: [{ name: r, persistentVolumeClaim: { claimName: repo } }] } } }
---
apiVersion: batch/v1
kind: Job
metadata: { name: backup }
spec: { template: { spec: { containers: [{ name: b, image: "x:1", command: [pgbackrest, backup] }], volumes: [{ name: r, persistentVolumeClaim: { claimName: ${second} } }] } } }
`;

const cluster = (backups: string) => `apiVersion: postgres-operator.crunchydata.com/v1beta1
kind: PostgresCluster
metadata: { name: hippo }
spec:
  backups:
    pgbackrest:
${backups}`;

describe('rules about clusters', () => {
  it.each(deploymentRules.rules.map((rule) => [rule.name, rule] as const))(
    '%s says nothing of what is right',
    (_, rule) => {
      expect(judgeRule(rule, manifest(goodManifest))).toEqual([]);
    },
  );

  it.each<[string, LintRule, Record<string, string>, string[]]>([
    [
      'a patch of Kustomize',
      workloadWithoutLimits,
      manifest(
        'apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: d }\nspec: { template: { spec: { containers: [{ name: pgbackrest, image: "x:1" }] } } }\n',
      ),
      [],
    ],
    ['a CronJob that may overlap', cronJobOverlaps, manifest(job('timeZone: Etc/UTC')), ['4: full']],
    ['a CronJob that replaces', cronJobOverlaps, manifest(job('concurrencyPolicy: Replace')), ['7: Replace']],
    [
      'a CronJob that only asks',
      cronJobOverlaps,
      manifest(job('timeZone: Etc/UTC').replace('backup]', 'info]')),
      [],
    ],
    [
      'a backup that is repeated',
      cronJobRepeats,
      manifest(job('timeZone: Etc/UTC', 'restartPolicy: OnFailure').replace('      backoffLimit: 0\n', '')),
      ['12: OnFailure'],
    ],
    ['a backup that is not repeated', cronJobRepeats, manifest(job('timeZone: Etc/UTC')), []],
    ['no zone', cronJobWithoutZone, manifest(job('concurrencyPolicy: Forbid')), ['6: 0 2 * * *']],
    [
      'an interval without a zone',
      cronJobWithoutZone,
      manifest(job('concurrencyPolicy: Forbid').replace('0 2 * * *', '30 * * * *')),
      [],
    ],
    [
      'a claim of two workloads',
      claimSharedByPods,
      manifest(claims('ReadWriteOnce', 'repo')),
      ['5: ReadWriteOnce'],
    ],
    ['a claim that many may write', claimSharedByPods, manifest(claims('ReadWriteMany', 'repo')), []],
    ['two claims', claimSharedByPods, manifest(claims('ReadWriteOnce', 'other')), []],
    ['no resources', workloadWithoutLimits, manifest(job('timeZone: Etc/UTC')), ['4: full']],
    ['no securityContext', workloadWithoutSecurityContext, manifest(job('timeZone: Etc/UTC')), ['4: full']],
    [
      'a repository without a schedule',
      operatorRepositoryWithoutSchedule,
      manifest(
        cluster(
          '      repos:\n        - { name: repo1, schedules: { full: "0 1 * * 0" } }\n        - { name: repo2 }\n',
        ),
      ),
      ['9: repo2'],
    ],
    [
      'no schedules at all',
      operatorRepositoryWithoutSchedule,
      manifest(cluster('      repos:\n        - { name: repo1 }\n        - { name: repo2 }\n')),
      [],
    ],
    [
      'an option of a repository that is not there',
      operatorOptionOfMissingRepository,
      manifest(
        cluster(
          '      global: { repo2-retention-full: "2", process-max: "2" }\n      repos:\n        - { name: repo1 }\n',
        ),
      ),
      ['7: repo2-retention-full'],
    ],
    [
      'five fields',
      scheduledBackupFields,
      manifest(
        'apiVersion: postgresql.cnpg.io/v1\nkind: ScheduledBackup\nmetadata: { name: d }\nspec: { schedule: "0 2 * * *" }\n',
      ),
      ['4: 0 2 * * *'],
    ],
  ])('%s', (_, rule, files, expected) => {
    expect(judgeRule(rule, files)).toEqual(expected);
  });
});
