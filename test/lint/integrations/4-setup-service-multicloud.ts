import type { ExpectedFinding } from './expected-finding.ts';

/** Everything that is wrong in the fenced blocks of 4-setup-service-multicloud.md, found by reading it. */
export const expected: readonly ExpectedFinding[] = [
  // The engine reads the variable too, and knows no type `none`.
  [73, 'variable-refused'],
  [199, 'restore-in-running-container'],
  [202, 'restore-in-running-container'],
  [206, 'restore-in-running-container'],
  [207, 'restore-target-without-action'],
  [207, 'restore-target-without-zone'],
  [210, 'restore-in-running-container'],
  [211, 'restore-target-without-action'],
  [211, 'restore-target-without-set'],
  [311, 'log-file-unknown'],
  [328, 'log-file-unknown'],
];
