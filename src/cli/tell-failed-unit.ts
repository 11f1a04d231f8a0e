import { randomUUID } from 'node:crypto';
import { resolveSecret } from '../config/secrets.ts';
import { createChannel } from '../notify/create-channel.ts';
import type { ChannelTest, ChannelTestDeps } from '../notify/send-once.ts';
import { channelsFor, tellFailure } from '../notify/tell-failure.ts';
import { scheduledTasks } from '../render/deployment/scheduled-task.ts';
import { taskUnitName } from '../render/systemd/task-units.ts';
import { assessFailedUnit } from '../status/rules/failed-unit.ts';
import type { CommandContext } from './context.ts';
import { createClock } from './create-clock.ts';
import { readPackageVersion } from './package-version.ts';
import { secretAccess } from './secret-access.ts';

/** What a command that sends by itself works with. */
export async function channelDeps(context: CommandContext): Promise<ChannelTestDeps> {
  const access = secretAccess(context);
  const clock = createClock();
  const { host } = await context.actor();
  return {
    createChannel,
    resolveSecret: (reference) => resolveSecret(reference, access),
    sender: { host, version: readPackageVersion(import.meta.dirname) },
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    newId: () => randomUUID(),
  };
}

/**
 * Tells the channels that a unit has failed, for its `OnFailure=`. What systemd knows of it stands in the environment
 * (systemd.exec(5), from version 251 on).
 */
export async function tellFailedUnit(unit: string, context: CommandContext): Promise<readonly ChannelTest[]> {
  const configuration = await context.configuration();
  const name = unit.replace(/\.service$/, '');
  const stanza = scheduledTasks(configuration).find((task) => taskUnitName(task) === name)?.line.stanza;
  const { MONITOR_SERVICE_RESULT: result, MONITOR_EXIT_STATUS: status } = context.env;
  const now = context.now();
  const finding = assessFailedUnit({ unit, stanza, result, status });
  return tellFailure(
    channelsFor(configuration.notify, stanza),
    { ...finding, since: now, lastSeenAt: now, endedAt: undefined },
    await channelDeps(context),
    context.signal,
  );
}
