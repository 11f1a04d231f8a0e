import { observeCertificates } from '../../certificates/observe-certificates.ts';
import { createLooks } from '../../jobs/observe/looks.ts';
import { judgeSeen } from '../../jobs/observe/judge-now.ts';
import { lookOnce } from '../../jobs/observe/look-once.ts';
import { readPast } from '../../jobs/observe/read-past.ts';
import { scheduleLines } from '../../config/schedule-lines.ts';
import { observeChannel } from '../../notify/observe-channel.ts';
import { describeHealth, type HealthDocument } from '../../status/describe-health.ts';
import type { CommandContext } from '../context.ts';
import { createClock } from '../create-clock.ts';

/**
 * What the daemon would say, by looking now: the same looks, the same assessment, the same document.
 *
 * @param wanted the stanza to look at; all of them when undefined
 */
export async function lookForStatus(
  context: CommandContext,
  wanted: string | undefined,
): Promise<HealthDocument> {
  const whole = await context.configuration();
  const stanzas = whole.stanzas.filter(({ name }) => wanted === undefined || name === wanted);
  const configuration = { ...whole, stanzas };
  const journal = await context.journal();
  const clock = createClock();
  const looks = createLooks({
    engine: () => context.engine(),
    journal,
    clock,
    path: context.path,
    currentUid: context.uid,
    engineUser: await context.engineUser(),
  });
  const { terminal, signal } = context;
  const onProgress = (text: string): void => {
    if (terminal.interactive) terminal.printNote(`holdfast: ${text}`);
  };
  const once = await lookOnce(configuration, stanzas, { looks, clock, signal, onProgress });
  const lines = scheduleLines(configuration);
  const seen = {
    ...once,
    channels: configuration.notify.map((channel) => observeChannel(channel, journal.deliveries)),
    certificates: observeCertificates(configuration),
    ...readPast(configuration, journal, lines),
    withoutDaemon: { schedules: lines.length, stateDirectory: configuration.stateDirectory },
  };
  const now = clock.now();
  const { findings } = judgeSeen(configuration, seen, journal.findings, now);
  return describeHealth(configuration, seen, findings, now);
}
