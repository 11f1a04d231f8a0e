import { notifyKinds } from '../schema/file.ts';
import type { RuleContext, RuleFinding } from './rule.ts';

/** Every channel is of exactly one kind. */
export function* checkChannels({ file }: RuleContext): Iterable<RuleFinding> {
  for (const [name, channel] of Object.entries(file.notify)) {
    const kinds = notifyKinds.filter((kind) => channel[kind] !== undefined);
    if (kinds.length === 1) continue;
    yield {
      rule: 'one-kind-per-channel',
      path: ['notify', name],
      atKey: true,
      problem:
        kinds.length === 0
          ? 'the channel has no target'
          : `the channel has several targets: ${kinds.join(', ')}`,
      expected: `exactly one of ${notifyKinds.join(', ')}`,
      remedy: kinds.length === 0 ? 'Add one, such as `slack: ${SLACK_URL}`.' : 'Make a channel of each.',
    };
  }
}
