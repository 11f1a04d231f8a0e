import { allRepositories, stanzasOf, type RuleContext, type RuleFinding } from './rule.ts';

/** Keys that are reserved: refused rather than ignored, since whoever writes them counts on them. */
export function* checkNotAvailableYet({ file }: RuleContext): Iterable<RuleFinding> {
  for (const { repository, path } of allRepositories(file)) {
    for (const key of ['from', 'keep'] as const) {
      if (repository[key] === undefined) continue;
      yield {
        rule: 'not-available-yet',
        path: [...path, key],
        atKey: true,
        problem: 'not available yet: copying between repositories comes with the native repository',
        remedy: `Remove \`${key}\`; until then every repository gets backups of its own.`,
      };
    }
  }
  for (const { stanza, path } of stanzasOf(file)) {
    if (stanza.schedule.copy === undefined) continue;
    yield {
      rule: 'not-available-yet',
      path: [...path, 'schedule', 'copy'],
      atKey: true,
      problem: 'not available yet: copying between repositories comes with the native repository',
      remedy: 'Remove `copy`; until then every repository gets backups of its own.',
    };
  }
}
