import { nearestName } from '../../model/nearest-name.ts';
import { notifyKinds, type NotifyInput } from '../schema/notify.ts';
import type { RuleContext, RuleFinding } from './rule.ts';

type Kind = (typeof notifyKinds)[number];

/** Keys that only some kinds know. */
const keysOfKinds = {
  every: ['healthchecks', 'alertmanager'],
  secret: ['webhook'],
  smtp: ['email'],
  from: ['email'],
  to: ['email'],
  startTls: ['email'],
  url: ['pagerduty'],
  proxy: ['slack', 'webhook', 'alertmanager', 'pagerduty', 'healthchecks'],
} as const satisfies Partial<Record<keyof NotifyInput, readonly Kind[]>>;

/** Every channel is of exactly one kind, with the keys that its kind knows and needs, for stanzas that there are. */
export function* checkChannels({ file }: RuleContext): Iterable<RuleFinding> {
  for (const [name, channel] of Object.entries(file.notify)) {
    const kinds = notifyKinds.filter((kind) => channel[kind] !== undefined);
    const [kind] = kinds;
    if (kind === undefined || kinds.length > 1) {
      yield wrongKinds(name, kinds);
      continue;
    }
    yield* checkKeys(name, kind, channel);
    if (kind === 'email') yield* checkMail(name, channel);
    yield* checkStanzas(name, channel, Object.keys(file.stanzas));
  }
}

function wrongKinds(name: string, kinds: readonly Kind[]): RuleFinding {
  return {
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

function* checkKeys(name: string, kind: Kind, channel: NotifyInput): Iterable<RuleFinding> {
  for (const [key, kinds] of Object.entries(keysOfKinds) as [keyof typeof keysOfKinds, readonly Kind[]][]) {
    const value = channel[key];
    if (value === undefined || (Array.isArray(value) && value.length === 0) || kinds.includes(kind)) continue;
    yield {
      rule: 'channel-key',
      path: ['notify', name, key],
      atKey: true,
      problem: `a channel of the kind ${kind} knows no \`${key}\``,
      expected: `\`${key}\` in a channel of the kind ${kinds.join(', ')}`,
      remedy: 'Take it out, or move it to the channel that it is for.',
    };
  }
}

function* checkMail(name: string, channel: NotifyInput): Iterable<RuleFinding> {
  for (const key of ['smtp', 'from'] as const) {
    if (channel[key] !== undefined) continue;
    yield {
      rule: 'mail-without-server',
      path: ['notify', name],
      atKey: true,
      problem: `the channel has no \`${key}\``,
      expected: 'a mail server and a sender for each channel of the kind email',
      remedy:
        key === 'smtp'
          ? 'Add one, such as `smtp: ${SMTP_URL}` or `smtp: smtp://localhost:25`.'
          : 'Add one, such as `from: holdfast@example.com`.',
    };
  }
  const addresses = [
    ['from', channel.from],
    ['email', channel.email?.kind === 'literal' ? channel.email.value : undefined],
    ...channel.to.map((address, index) => [index, address] as const),
  ] as const;
  for (const [key, address] of addresses) {
    if (address === undefined || isAddress(address)) continue;
    yield {
      rule: 'bad-address',
      path: typeof key === 'number' ? ['notify', name, 'to', key] : ['notify', name, key],
      problem: 'it is not an address of e-mail',
      expected: 'an address such as dba@example.com or `Holdfast <holdfast@example.com>`',
      remedy: 'Correct it.',
    };
  }
}

/** One address, with or without a name before it; a receiver's own rules are its own to check. */
function isAddress(text: string): boolean {
  return /^(?:[^<>@,;]*<[^\s<>@,;]+@[^\s<>@,;]+>|[^\s<>@,;]+@[^\s<>@,;]+)$/.test(text);
}

function* checkStanzas(name: string, channel: NotifyInput, known: readonly string[]): Iterable<RuleFinding> {
  for (const [index, stanza] of channel.stanzas.entries()) {
    if (known.includes(stanza)) continue;
    const nearest = nearestName(stanza, known);
    yield {
      rule: 'unknown-stanza',
      path: ['notify', name, 'stanzas', index],
      problem: `there is no stanza \`${stanza}\` in this file`,
      expected: `one of ${known.join(', ')}`,
      remedy: nearest === undefined ? 'Write the name of a stanza.' : `Write \`${nearest}\`.`,
    };
  }
}
