import type { ExpectedFinding } from './expected-finding.ts';

/** Everything that is wrong in the fenced blocks of 2-kubernetes-compose-vm.md, found by reading it. */
export const expected: readonly ExpectedFinding[] = [
  // Comments behind values, which become part of them.
  [138, 'comment-after-value'],
  [139, 'comment-after-value'],
  [140, 'comment-after-value'],
  [141, 'comment-after-value'],
  // 14 "days" are 14 backups, of which there are never more than 4.
  [141, 'retention-archive-beyond-full'],
  [142, 'comment-after-value'],
  [143, 'comment-after-value'],
  [144, 'comment-after-value'],
  [147, 'comment-after-value'],
  [148, 'comment-after-value'],
  // pg1-host in the file of the host that archives and restores.
  [148, 'no-local-node'],
  [149, 'comment-after-value'],
  [150, 'comment-after-value'],
  // Beside the CronJob, with a lock of its own.
  [194, 'manual-job-beside-cronjob'],
  [198, 'manual-job-beside-cronjob'],
  // The volume of the data, before the restore.
  [245, 'data-directory-removed'],
  [256, 'image-pgbackrest-unofficial'],
  [263, 'restore-proved-by-version'],
  [278, 'data-directory-removed'],
  [294, 'restore-beside-running-container'],
  [299, 'image-pgbackrest-unofficial'],
  [301, 'restore-target-without-action'],
  [301, 'restore-target-without-zone'],
  [346, 'repository-not-encrypted'],
];
