import { findReferences } from './find-references.ts';
import type { StagedTable } from './table-change-sql.ts';
import { type ForeignKeyFacts, showName } from './table-facts.ts';

/** When rows are deleted: before rows are inserted and updated, or after. */
export interface DeleteOrder<Staged extends StagedTable> {
  /** What refers comes before what is referred to, here and in `late`. */
  readonly early: readonly Staged[];
  readonly late: readonly Staged[];
  /** Foreign keys that hold only at the end: rows that are updated lead to rows that are deleted before. */
  readonly broken: readonly ForeignKeyFacts[];
}

/**
 * Late is the rule: rows that lead to a deleted one have gone or been changed by then. Where a row that goes may be in the
 * place of one that comes, in a unique index beside the key, it goes early; and before it goes whatever may lead to it,
 * because few foreign keys can wait.
 *
 * @param staged what is referred to first
 *
 * @see https://www.postgresql.org/docs/current/sql-set-constraints.html
 */
export function orderDeletes<Staged extends StagedTable>(staged: readonly Staged[]): DeleteOrder<Staged> {
  const references = findReferences(staged.map(({ table }) => table));
  const names = new Set(staged.filter(needsPlaces).map(({ table }) => showName(table.target)));
  // A set hands out what is added while it is walked.
  for (const name of names) {
    for (const { from, to } of references) if (showName(to) === name) names.add(showName(from));
  }
  const isEarly = ({ table }: StagedTable): boolean => names.has(showName(table.target));
  const upwards = staged.toReversed();
  const withUpdates = new Set(staged.filter(({ counts }) => counts.updates > 0).map(targetOf));
  const withDeletes = new Set(staged.filter((one) => isEarly(one) && one.counts.deletes > 0).map(targetOf));
  return {
    early: upwards.filter(isEarly),
    late: upwards.filter((one) => !isEarly(one)),
    broken: references
      .filter(({ from, to, key }) => withUpdates.has(from) && withDeletes.has(to) && key.onDelete === 'a')
      .map(({ key }) => key),
  };
}

const targetOf = ({ table }: StagedTable): object => table.target;

function needsPlaces({ table, counts }: StagedTable): boolean {
  const isCrowded = table.target.uniqueIndexes > 1 || table.key === undefined;
  return isCrowded && counts.deletes > 0 && counts.inserts + counts.updates > 0;
}
