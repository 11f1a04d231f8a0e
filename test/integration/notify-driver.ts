import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { createChannel } from '../../src/notify/create-channel.ts';
import { Notifier } from '../../src/notify/notifier.ts';
import { openJournal } from '../../src/store/open-journal.ts';
import { knownFinding, notifyChannel } from '../support/notify-parts.ts';

/** `notify-driver.ts DIRECTORY URL`: a notifier with one finding that is there for an hour, until it is killed. */
const [directory = '', url = ''] = process.argv.slice(2);
const journal = openJournal(directory, { owner: undefined, now: () => Date.now() });
const since = Date.now() - 3_600_000;
const channels = [notifyChannel({ target: { kind: 'literal', value: url } })];
const notifier = new Notifier({
  channels: () => channels,
  findings: () => [knownFinding(since)],
  memory: journal.deliveries,
  createChannel,
  resolveSecret: async (reference) => (reference.kind === 'literal' ? reference.value : ''),
  sender: { host: 'db1', version: '1' },
  clock: {
    now: () => Date.now(),
    monotonic: () => performance.now(),
    sleep: async (milliseconds, signal) => {
      await sleep(milliseconds, undefined, signal === undefined ? {} : { signal });
    },
  },
  random: () => 0.5,
  newId: () => randomUUID(),
  onEvent: ({ kind }) => console.log(kind),
  onTrouble: (error) => console.error(error),
});
await notifier.run(new AbortController().signal);
