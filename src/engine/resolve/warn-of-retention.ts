import type { GivenOptions } from './given-options.ts';
import type { SettledOptions } from './settled-options.ts';

/**
 * Warnings about retention for the commands that expire (pgBackRest `src/config/load.c`, cfgLoadUpdateOption): without
 * repo-retention-full nothing ever leaves the repository.
 */
export function warnOfRetention(given: GivenOptions, settled: SettledOptions): void {
  for (const index of settled.indexes.repo) {
    if (settled.find(`repo${index}-retention-full-type`) === undefined) continue;
    const name = `repo${index}-retention-full`;
    if (settled.text(name) === undefined)
      given.warn({ option: name, problem: 'it is not set: nothing is ever expired from this repository' });
  }
  for (const index of settled.indexes.repo) warnOfArchiveRetention(index, given, settled);
}

function warnOfArchiveRetention(index: number, given: GivenOptions, settled: SettledOptions): void {
  const type = settled.text(`repo${index}-retention-archive-type`);
  const archive = settled.text(`repo${index}-retention-archive`);
  const diff = settled.text(`repo${index}-retention-diff`);
  if (archive === undefined && type === 'incr')
    given.warn({
      option: `repo${index}-retention-archive`,
      problem: 'it is not set for retention-archive-type=incr: WAL is never expired',
    });
  if (type !== 'diff' || diff !== undefined) return;
  given.warn({
    option: `repo${index}-retention-diff`,
    problem:
      archive === undefined
        ? 'neither it nor retention-archive is set for retention-archive-type=diff: WAL is never expired'
        : 'it is not set for retention-archive-type=diff',
  });
}
