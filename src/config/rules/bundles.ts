import { allRepositories, type RuleContext, type RuleFinding } from './rule.ts';

/** Block incremental without bundles is ignored by pgBackRest without a word (run with 2.59.1). */
export function* checkBundles({ file }: RuleContext): Iterable<RuleFinding> {
  for (const { repository, path } of allRepositories(file)) {
    if (repository.block !== true || repository.bundle !== false) continue;
    yield {
      rule: 'block-without-bundle',
      path: [...path, 'block'],
      problem: 'block incremental backup needs bundles, which are switched off; pgBackRest would ignore it',
      remedy: 'Write `bundle: true` or remove `block`.',
    };
  }
}
