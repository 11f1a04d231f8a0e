import type { ExpectedFinding } from './expected-finding.ts';

/** Everything that is wrong in the fenced blocks of 1-compose-scheduler.md, found by reading it. */
export const expected: readonly ExpectedFinding[] = [
  [109, 'restore-target-without-action'],
  [109, 'restore-target-without-zone'],
  [211, 'archive-push-by-hand'],
  // verify exits with 0 whatever it finds, and takes --set only from 2.55 on.
  [214, 'verify-set-ignored'],
  [214, 'verify-unread'],
];
