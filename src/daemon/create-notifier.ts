import { randomUUID } from 'node:crypto';
import type { NotifyChannel } from '../config/configuration.ts';
import { createChannel } from '../notify/create-channel.ts';
import { Notifier } from '../notify/notifier.ts';
import type { NotifierEvent } from '../notify/notifier-deps.ts';
import type { ChannelTestDeps } from '../notify/send-once.ts';
import type { DaemonParts } from './daemon-parts.ts';
import type { LogEntry } from './serve-log.ts';

/** What ended is told for so long, milliseconds: a channel that cannot be reached for longer hears of what is there. */
const toldForMs = 86_400_000;

/**
 * The notifier of a daemon: tells what the journal holds of findings.
 *
 * @param channels those of the configuration in use
 */
export function createNotifier(
  parts: DaemonParts,
  channels: () => readonly NotifyChannel[],
  onTrouble: (error: unknown) => void,
): Notifier {
  const { deps, log } = parts;
  const { journal, clock, random } = deps;
  return new Notifier({
    ...notifierDeps(parts),
    channels,
    findings: () => journal.findings.list({ since: clock.now() - toldForMs }),
    memory: journal.deliveries,
    clock,
    random,
    onEvent: (event) => log(describeEvent(event)),
    onTrouble,
  });
}

/** What channels work with, for alerts and for tests of them. */
export function notifierDeps({ deps, version, actor }: DaemonParts): ChannelTestDeps {
  const { clock, resolveSecret } = deps;
  return {
    createChannel,
    resolveSecret,
    sender: { host: actor.host, version },
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    newId: () => randomUUID(),
  };
}

function describeEvent({ kind, channel, message, text }: NotifierEvent): LogEntry {
  const words = {
    delivered: `channel ${channel}: delivered: ${text}`,
    recovered: `channel ${channel}: ${text}`,
    failed: `channel ${channel}: not delivered: ${text}`,
    'given-up': `channel ${channel}: a message is given up, what it had to tell is told anew: ${text}`,
  };
  const level = kind === 'failed' || kind === 'given-up' ? 'warning' : 'info';
  return { level, event: `notification-${kind}`, text: words[kind], facts: { channel, message } };
}
