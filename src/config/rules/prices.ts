import { priceClasses } from '../../model/store-price.ts';
import { allRepositories, type RuleContext, type RuleFinding } from './rule.ts';

/** A storage class that the store does not have, or of which no price is known: nothing could be said of its cost. */
export function* checkPrices({ file }: RuleContext): Iterable<RuleFinding> {
  for (const { repository, path } of allRepositories(file)) {
    const wanted = repository.price?.class;
    if (wanted === undefined) continue;
    const provider =
      repository.type === 's3'
        ? repository.provider
        : repository.type === 'azure' || repository.type === 'gcs'
          ? repository.type
          : undefined;
    const classes = provider === undefined ? [] : priceClasses(provider);
    if (classes.includes(wanted)) continue;
    yield {
      rule: 'price-class',
      path: [...path, 'price', 'class'],
      problem: `no price of this storage class is known${provider === undefined ? '' : ` for ${provider}`}`,
      ...(classes.length === 0 ? {} : { expected: classes.join(', ') }),
      remedy: 'Remove `class` and give the prices: `price: { storage: 0.01, egress: 0.05 }`.',
    };
  }
}
