import { type EngineVersion, isAtLeast } from '../../model/engine-version.ts';
import type { GivenOptions } from './given-options.ts';

/**
 * The indexes in use of each group (pgBackRest `src/config/parse.c`, phase 4). A group has at least index 1, and pg
 * always has it: `pg2-path` alone does not do without `pg1-path`.
 *
 * @param version before 2.60 only as many pg indexes were kept as were given, so that pg2 alone was not looked at
 */
export function findIndexes(
  given: GivenOptions,
  version: EngineVersion,
): Readonly<Record<'pg' | 'repo', number[]>> {
  const repo = givenIndexes(given, 'repo');
  const pg = givenIndexes(given, 'pg');
  const all = pg.includes(1) ? pg : [1, ...pg];
  const kept = isAtLeast(version, 60) || pg.length === 0 ? all : all.slice(0, pg.length);
  return { repo: repo.length === 0 ? [1] : repo, pg: kept };
}

function givenIndexes(given: GivenOptions, group: 'pg' | 'repo'): number[] {
  const found = given
    .all()
    .flatMap(({ option, index, reset }) => (option.group === group && !reset ? [index] : []));
  return [...new Set(found)].toSorted((left, right) => left - right);
}
