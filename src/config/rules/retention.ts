import { allRepositories, stanzasOf, repositoriesOf, type RuleContext, type RuleFinding } from './rule.ts';

/**
 * Retention that would not do what it says. pgBackRest counts backups for WAL, never days, and with fewer backups than
 * that number no WAL ever expires (configuration reference, `repo-retention-archive`; run with 2.45).
 */
export function* checkRetention({ file }: RuleContext): Iterable<RuleFinding> {
  for (const { name, repository, path } of allRepositories(file)) {
    const { retention } = repository;
    if (retention.full === undefined) {
      yield {
        rule: 'no-retention',
        severity: 'warning',
        path: [...path, 'retention', 'full'],
        problem: `nothing in repository \`${name}\` ever expires: it grows for ever`,
        expected: 'a number of full backups or days',
        remedy: 'Add `retention: { full: 2 }` or `retention: { full: 14d }`.',
      };
    }
    const { archive, full } = retention;
    if (
      archive === 'follow' ||
      archive.type !== 'full' ||
      full?.by !== 'count' ||
      archive.count <= full.count
    )
      continue;
    yield {
      rule: 'archive-never-expires',
      path: [...path, 'retention', 'archive', 'count'],
      problem: `the number of full backups never reaches ${archive.count}, so no WAL would ever expire`,
      expected: `at most ${full.count}, the full backups that are kept: this counts backups, not days`,
      remedy: 'Remove `archive`, so that WAL is kept as long as the backups that need it.',
    };
  }
  for (const { stanza, path } of stanzasOf(file)) {
    const { full, incr, diff } = stanza.schedule;
    if ((full ?? incr) === undefined || diff !== undefined) continue;
    for (const { repository, path: at } of repositoriesOf(stanza, path)) {
      if (repository.retention.diff === undefined) continue;
      yield {
        rule: 'diff-retention-idle',
        severity: 'warning',
        path: [...at, 'retention', 'diff'],
        problem:
          'counts differential backups, and none are scheduled; incremental ones are not touched by it',
        remedy: 'Schedule differential backups or remove it.',
      };
    }
  }
}
