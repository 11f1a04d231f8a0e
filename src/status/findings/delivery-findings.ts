import type { FindingMeaning } from './finding-meaning.ts';

/** Rules of rules/deliveries.ts. */
export const deliveryFindings: readonly FindingMeaning[] = [
  {
    rule: 'notification-failing',
    seenBy: ['daemon'],
    means:
      'At least three attempts in a row to reach a channel of `notify` failed, over two minutes or longer. Its messages wait on disk and are tried again, at most 15 minutes apart. It is told through the other channels; it is critical when none of them works.',
    matters:
      'Whoever reads that channel believes that all is well. What is told there later comes late; what began and ended meanwhile is named in the first message that comes through.',
    seeYourself: [
      'holdfast notify',
      'holdfast notify test ops   # the channel that the finding names',
      'journalctl -u holdfast | grep ops',
    ],
    do: 'Run `holdfast notify test` with the name of the channel: it says what the receiver answered. Correct its URL, key or certificate, or let the receiver be reached again; then `holdfast reload`, after which what waits is sent at once.',
  },
];
