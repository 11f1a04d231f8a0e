import type { TrapWithoutFile } from './trap-case.ts';

/** Rows of the table of traps that no file shows. */
export const trapsWithoutFile: readonly TrapWithoutFile[] = [
  {
    row: 'P9',
    reason:
      'a sentence ("diff without full fails"); the command itself is right, for the engine makes a full backup',
  },
  { row: 'P24', reason: 'prices in sentences; what a store costs is no setting' },
];
