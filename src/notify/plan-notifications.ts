import type { NotifyChannel } from '../config/configuration.ts';
import { identifyFinding, type KnownFinding } from '../model/finding.ts';
import { composeNotification } from './compose-notification.ts';
import type { Notification, NotifiedFinding, Sender, ToldSeverity } from './notification.ts';
import { notify, type ToldFinding } from './told-finding.ts';

/** More groups than these that begin at once have one cause, and are one message. */
const mostGroupsAtOnce = 3;
export const severalStanzas = 'several stanzas';

/** Bad news is told at once; that something is only a warning again, this long after it was told last. */
const easeHoldMs = 900_000;

export interface PlanRequest {
  readonly channel: NotifyChannel;
  readonly sender: Sender;
  /** What is there, and what ended within the last day. */
  readonly known: readonly KnownFinding[];
  /** What the channel was told and is not over for it. */
  readonly told: readonly ToldFinding[];
  /** The channel could not be reached from then on until now: what came and went meanwhile is said. */
  readonly missedSince?: number | undefined;
  /** Epoch milliseconds. */
  readonly now: number;
  readonly newId: () => string;
}

export interface NotificationPlan {
  readonly messages: readonly Notification[];
  /** Identities that are over for the channel without a message. */
  readonly over: readonly string[];
  /** When there will be something to tell if nothing changes, epoch milliseconds. */
  readonly nextAt: number | undefined;
}

/** Something to tell. A message goes out when one of its changes is due, and takes along what is `ready`. */
interface Change {
  readonly kind: 'began' | 'changed' | 'repeated' | 'ended' | 'missed';
  readonly finding: NotifiedFinding;
  readonly group: string;
  readonly dueAt: number;
  /** From when on it goes along with others. */
  readonly readyAt: number;
}

/**
 * Decides what a channel is to be told. Pure: what it was told already is only what was delivered, so a message that is
 * lost or given up is made again out of what is true then.
 */
export function planNotifications(request: PlanRequest): NotificationPlan {
  const { channel, known, now } = request;
  const here = known.filter(({ endedAt }) => endedAt === undefined);
  const open = new Map(
    here.filter((finding) => concerns(channel, finding)).map((one) => [identifyFinding(one), one]),
  );
  const told = new Map(request.told.map((one) => [one.identity, one]));
  const changes: Change[] = [];
  const over: string[] = [];
  for (const [identity, finding] of open) changes.push(...tellOpen(finding, told.get(identity), request));
  const still = new Set(here.filter(({ severity }) => severity !== 'advice').map(identifyFinding));
  for (const one of request.told) {
    if (open.has(one.identity)) continue;
    // It is still there and no longer this channel's: the configuration is another one.
    if (still.has(one.identity) || !channel.on.includes('resolved')) over.push(one.identity);
    else changes.push(tellEnd(one, request));
  }
  changes.push(...tellMissed(request, told));
  const groups = joinStorm(
    Map.groupBy(changes, ({ group }) => group),
    request,
  );
  const messages: Notification[] = [];
  const waiting: number[] = [];
  for (const [group, ofGroup] of groups) {
    if (!ofGroup.some(({ dueAt }) => dueAt <= now)) {
      waiting.push(...ofGroup.map(({ dueAt }) => dueAt));
      continue;
    }
    const [ready, later] = partition(ofGroup, ({ readyAt }) => readyAt <= now);
    waiting.push(...later.map(({ dueAt }) => dueAt));
    const of = (kind: Change['kind']): NotifiedFinding[] =>
      ready.filter((change) => change.kind === kind).map(({ finding }) => finding);
    messages.push(
      composeNotification(
        {
          group,
          began: of('began'),
          changed: of('changed'),
          repeated: of('repeated'),
          ended: of('ended'),
          missed: of('missed'),
        },
        request,
      ),
    );
  }
  return { messages, over, nextAt: waiting.length === 0 ? undefined : Math.min(...waiting) };
}

/**
 * Whether a channel is for a finding: by its stanzas, and never about itself, for that it cannot be reached it can be
 * told by nobody. What is about Holdfast and no stanza is for all.
 */
export function concerns(channel: NotifyChannel, finding: KnownFinding): boolean {
  if (finding.severity === 'advice') return false;
  if (finding.rule === 'notification-failing' && finding.subject === `channel ${channel.name}`) return false;
  return (
    finding.stanza === undefined || channel.stanzas.length === 0 || channel.stanzas.includes(finding.stanza)
  );
}

function tellOpen(finding: KnownFinding, told: ToldFinding | undefined, request: PlanRequest): Change[] {
  const { channel, now } = request;
  const severity = finding.severity as ToldSeverity;
  const wanted = channel.on.includes(severity);
  const notified = notify(finding, severity);
  if (told === undefined) {
    if (!wanted) return [];
    // A clock that was set back must not keep it waiting.
    const dueAt = Math.min(finding.since, now) + channel.wait * 1000;
    return [{ kind: 'began', finding: notified, group: groupOf(finding), dueAt, readyAt: now }];
  }
  const { group, toldAt } = told;
  const before = told.finding.severity;
  if (before !== severity) {
    const dueAt = severity === 'critical' ? now : Math.min(toldAt, now) + easeHoldMs;
    return [
      {
        kind: 'changed',
        finding: { ...notified, previousSeverity: before },
        group,
        dueAt,
        readyAt: dueAt,
      },
    ];
  }
  const repeat = channel.repeat[severity];
  if (repeat === undefined || !wanted) return [];
  const last = Math.min(toldAt, now);
  // What was told half as long ago goes along, so that what began one after the other is repeated together.
  return [
    {
      kind: 'repeated',
      finding: notified,
      group,
      dueAt: last + repeat * 1000,
      readyAt: last + repeat * 500,
    },
  ];
}

function tellEnd({ identity, finding, group }: ToldFinding, { channel, known, now }: PlanRequest): Change {
  const ends = known.flatMap((one) => (identifyFinding(one) === identity ? (one.endedAt ?? []) : []));
  // What nobody remembers has ended while nobody looked.
  const endedAt = ends.length === 0 ? now : Math.min(Math.max(...ends), now);
  const dueAt = ends.length === 0 ? now : endedAt + channel.wait * 1000;
  const { previousSeverity: _before, unseenBecause: _unseen, ...last } = finding;
  return { kind: 'ended', finding: { ...last, endedAt }, group, dueAt, readyAt: now };
}

function tellMissed(
  { channel, known, missedSince, now }: PlanRequest,
  told: ReadonlyMap<string, ToldFinding>,
): Change[] {
  if (missedSince === undefined) return [];
  return known.flatMap((finding): Change[] => {
    const { since, endedAt, severity } = finding;
    if (endedAt === undefined || endedAt < missedSince || endedAt - since < channel.wait * 1000) return [];
    if (!concerns(channel, finding) || !channel.on.includes(severity as ToldSeverity)) return [];
    if (told.has(identifyFinding(finding))) return [];
    const notified = notify(finding, severity as ToldSeverity);
    return [{ kind: 'missed', finding: notified, group: groupOf(finding), dueAt: now, readyAt: now }];
  });
}

/** What is told together. */
function groupOf({ stanza }: Pick<KnownFinding, 'stanza'>): string {
  return stanza === undefined ? 'Holdfast' : `stanza ${stanza}`;
}

/** Many stanzas that begin to have trouble at once are one message: what they share has broken. */
function joinStorm(
  groups: ReadonlyMap<string, readonly Change[]>,
  { told, now }: PlanRequest,
): ReadonlyMap<string, readonly Change[]> {
  const known = new Set(told.map(({ group }) => group));
  const [fresh, others] = partition(
    [...groups],
    ([group, changes]) => !known.has(group) && changes.some(({ kind }) => kind === 'began'),
  );
  const due = fresh.some(([, changes]) => changes.some(({ dueAt }) => dueAt <= now));
  if (!due || fresh.length <= mostGroupsAtOnce) return groups;
  const joined = fresh.flatMap(([, changes]) => changes);
  const result = new Map(others);
  result.set(severalStanzas, [...(result.get(severalStanzas) ?? []), ...joined]);
  return result;
}

function partition<Value>(
  values: readonly Value[],
  test: (value: Value) => boolean,
): [readonly Value[], readonly Value[]] {
  return [values.filter(test), values.filter((value) => !test(value))];
}
