import type { Path } from '../source-tree.ts';
import { nodesOf, repositoriesOf, stanzasOf, type RuleContext, type RuleFinding } from './rule.ts';

/** `number`: no two repositories or nodes of a stanza are the same repoN or pgN, with or without a number of their own. */
export function* checkNumbers({ file }: RuleContext): Iterable<RuleFinding> {
  for (const { stanza, path } of stanzasOf(file)) {
    const repositories = [...repositoriesOf(stanza, path)].map(({ repository, path: at }) => ({
      number: repository.number,
      path: at,
    }));
    const nodes = nodesOf(stanza, path).map(({ node, path: at }) => ({ number: node.number, path: at }));
    yield* repeatedNumbers(repositories, 'repo');
    yield* repeatedNumbers(nodes, 'pg');
  }
}

function* repeatedNumbers(
  members: readonly { readonly number: number | undefined; readonly path: Path }[],
  prefix: string,
): Iterable<RuleFinding> {
  const taken = new Set<number>();
  for (const [index, { number, path }] of members.entries()) {
    const own = number ?? index + 1;
    if (taken.has(own)) {
      yield {
        rule: 'number-taken',
        path: number === undefined ? path : [...path, 'number'],
        ...(number === undefined ? { atKey: true } : {}),
        problem: `would be ${prefix}${own}, which another one in this list is`,
        remedy: 'Give each a `number` of its own, or none.',
      };
    }
    taken.add(own);
  }
}
