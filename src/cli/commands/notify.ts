import { askDaemon, unreachable } from '../../daemon/control-client.ts';
import { Failure } from '../../model/failure.ts';
import { findingsExitCode } from '../../model/finding.ts';
import { observeChannel } from '../../notify/observe-channel.ts';
import { attemptSeconds } from '../../notify/send-http.ts';
import type { ChannelTest } from '../../notify/send-once.ts';
import { channelMissing, chooseChannels, testChannels } from '../../notify/test-channels.ts';
import { readNotification } from '../../notify/told-finding.ts';
import type { ChannelObservation } from '../../status/delivery-observation.ts';
import { assessDeliveries } from '../../status/rules/deliveries.ts';
import type { StoredDelivery } from '../../store/delivery-memory.ts';
import type { CommandInput, CommandModule, CommandResult } from '../command-definition.ts';
import type { CommandContext } from '../context.ts';
import { findDaemon } from '../find-daemon.ts';
import { channelDeps, tellFailedUnit } from '../tell-failed-unit.ts';
import { formatTable } from '../output/format-table.ts';
import { formatAge, formatUtc } from '../output/format-time.ts';

/** How many of the latest messages are shown. */
const mostMessages = 10;

/** `holdfast notify`. */
export const run: CommandModule['run'] = async (input, context) => {
  const action = input.argument('action');
  if (action === 'test') return test(input, context);
  if (action === 'failure') return tellUnit(input, context);
  const configuration = await context.configuration();
  const { deliveries } = await context.journal();
  const channels = configuration.notify.map((channel) => observeChannel(channel, deliveries));
  const latest = deliveries.latest(mostMessages);
  const now = context.now();
  return {
    data: { channels: channels.map(describeChannel), messages: latest.map(describeMessage) },
    text: describe(channels, latest, now),
    exitCode: findingsExitCode(assessDeliveries(channels, now)),
  };
};

async function test(input: CommandInput, context: CommandContext): Promise<CommandResult> {
  const configuration = await context.configuration();
  const names = input.arguments('channel');
  const { chosen, unknown } = chooseChannels(configuration.notify, names);
  const [missing] = unknown;
  if (missing !== undefined) throw channelMissing(missing, configuration);
  if (chosen.length === 0) {
    throw new Failure('nothing-found', {
      operation: 'test the channels',
      place: configuration.file,
      problem: 'there is no channel',
      hint: 'Add one under `notify`: docs/notifications.md shows how.',
    });
  }
  const daemon = input.flag('direct') ? undefined : await findDaemon(context);
  const tests =
    daemon === undefined ? await testHere(names, context) : await testThrough(daemon.socket, names);
  return describeTests(tests, { through: daemon === undefined ? 'command' : 'daemon' });
}

function describeTests(
  tests: readonly ChannelTest[],
  facts: Readonly<Record<string, unknown>>,
): CommandResult {
  const failed = tests.filter(({ delivered }) => !delivered).length;
  return {
    data: { ...facts, tests },
    text:
      tests.length === 0
        ? 'no channel is told of it\n'
        : formatTable(
            [{ title: 'channel' }, { title: 'kind' }, { title: 'result' }, { title: 'answer' }],
            tests.map(({ channel, kind, delivered, outcome }) => [
              channel,
              kind,
              delivered ? 'delivered' : 'FAILED',
              outcome,
            ]),
          ),
    exitCode: failed === 0 ? 0 : failed === tests.length ? 2 : 1,
  };
}

async function testThrough(socket: string, channels: readonly string[]): Promise<readonly ChannelTest[]> {
  const patienceMs = (attemptSeconds + 10) * 1000;
  const answer = await askDaemon(socket, { ask: 'test-channels', channels }, 'tested', patienceMs);
  if (answer === undefined) throw unreachable(socket, 'it ended while it was asked');
  return answer.tests;
}

async function testHere(names: readonly string[], context: CommandContext): Promise<readonly ChannelTest[]> {
  const { notify } = await context.configuration();
  return testChannels(chooseChannels(notify, names).chosen, await channelDeps(context), context.signal);
}

/** Each channel is tried once, by this command: it is for what runs without a daemon, and for a daemon that is dead. */
async function tellUnit(input: CommandInput, context: CommandContext): Promise<CommandResult> {
  const unit = input.value('unit');
  if (unit === undefined) {
    throw new Failure('usage', {
      operation: 'tell a failure',
      problem: '--unit is missing',
      hint: 'Name the unit that has failed: holdfast notify failure --unit holdfast-main-full.service',
    });
  }
  const told = await tellFailedUnit(unit, context);
  return describeTests(told, { through: 'command', unit });
}

function describeChannel(observed: ChannelObservation): object {
  const { channel, kind, waiting, oldestWaitingSince, lastDeliveredAt, failure } = observed;
  return {
    channel,
    kind,
    waiting,
    oldestWaitingSince: instant(oldestWaitingSince),
    lastDeliveredAt: instant(lastDeliveredAt),
    failure: failure && {
      problem: failure.problem,
      attempts: failure.attempts,
      since: instant(failure.since),
      at: instant(failure.at),
    },
  };
}

function describeMessage({ id, channel, message, ...row }: StoredDelivery): object {
  return {
    id,
    channel,
    summary: readNotification(message).summary,
    createdAt: instant(row.createdAt),
    attempts: row.attempts,
    deliveredAt: instant(row.deliveredAt),
    givenUpAt: instant(row.givenUpAt),
    outcome: row.outcome,
  };
}

function instant(time: number | undefined): string | undefined {
  return time === undefined ? undefined : new Date(time).toISOString();
}

function describe(
  channels: readonly ChannelObservation[],
  latest: readonly StoredDelivery[],
  now: number,
): string {
  if (channels.length === 0)
    return 'no channel is configured: alerts reach nobody. docs/notifications.md shows how one is written\n';
  const table = formatTable(
    [
      { title: 'channel' },
      { title: 'kind' },
      { title: 'waiting', align: 'right' },
      { title: 'last delivered' },
      { title: 'state' },
    ],
    channels.map(({ channel, kind, waiting, lastDeliveredAt, failure }) => [
      channel,
      kind,
      String(waiting),
      lastDeliveredAt === undefined ? 'never' : formatAge(now - lastDeliveredAt),
      failure === undefined
        ? lastDeliveredAt === undefined
          ? 'not tried yet'
          : 'ok'
        : `${failure.attempts} failed attempts since ${formatUtc(failure.since)}: ${failure.problem}`,
    ]),
  );
  return latest.length === 0 ? table : `${table}\n${messageTable(latest)}`;
}

function messageTable(latest: readonly StoredDelivery[]): string {
  const stateOf = ({ deliveredAt, givenUpAt, attempts }: StoredDelivery): string => {
    if (deliveredAt !== undefined) return 'delivered';
    if (givenUpAt !== undefined) return 'given up';
    return attempts === 0 ? 'waits' : `waits, ${attempts} attempts`;
  };
  return formatTable(
    [{ title: 'latest messages' }, { title: 'channel' }, { title: 'state' }, { title: 'what' }],
    latest.map((one) => [
      formatUtc(one.createdAt),
      one.channel,
      stateOf(one),
      readNotification(one.message).summary,
    ]),
  );
}
