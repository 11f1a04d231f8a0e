import type { BackupSet } from '../../model/backup-set.ts';

const suffixes = { full: 'F', diff: 'D', incr: 'I' } as const;

/** How many sets of each type a set needs, by the last letter of their labels. Each type is there, with 0 too. */
export function countReferences({ references }: Pick<BackupSet, 'references'>): [string, number][] {
  return Object.entries(suffixes).map(([type, suffix]) => [
    type,
    references.filter((label) => label.endsWith(suffix)).length,
  ]);
}
