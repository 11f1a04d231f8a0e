import { identifyFinding } from '../model/finding.ts';
import type { Notification, NotifiedFinding, ToldSeverity } from './notification.ts';
import type { PlanRequest } from './plan-notifications.ts';

type Parts = Pick<Notification, 'group' | 'began' | 'changed' | 'repeated' | 'ended' | 'missed'>;

/** The message of a group out of what is to be told. The worst and the oldest come first. */
export function composeNotification(parts: Parts, request: PlanRequest): Notification {
  const { told, channel, sender, now, newId } = request;
  const id = newId();
  const sorted = Object.fromEntries(
    Object.entries(parts).map(([key, value]) => [
      key,
      Array.isArray(value) ? value.toSorted(byWeight) : value,
    ]),
  ) as unknown as Parts;
  const ofGroup = told.filter(({ group }) => group === parts.group);
  const gone = new Set(parts.ended.map(identifyFinding));
  const present = [...parts.began, ...parts.changed, ...parts.repeated];
  const named = new Set(present.map(identifyFinding));
  const others = ofGroup.filter(({ identity }) => !gone.has(identity) && !named.has(identity));
  const open = [...present, ...others.map(({ finding }) => finding)];
  // A thread lives as long as one of those that it began with: what comes after is a new trouble.
  const oldest = ofGroup.toSorted((left, right) => left.finding.since - right.finding.since)[0];
  const severity = worst(open.length > 0 ? open : [...parts.ended, ...parts.missed]);
  const status = open.length > 0 ? 'firing' : 'resolved';
  const message = { ...sorted, status, severity, open: open.length } as const;
  return {
    id,
    kind: 'findings',
    channel: channel.name,
    sender,
    createdAt: now,
    thread: oldest?.thread ?? id,
    ...message,
    summary: summarize(message),
  };
}

/** A message that says that it is none. */
export function composeTest(
  channel: string,
  { id, now, sender }: { readonly id: string; readonly now: number; readonly sender: Notification['sender'] },
): Notification {
  return {
    id,
    kind: 'test',
    channel,
    sender,
    createdAt: now,
    group: 'test',
    thread: id,
    status: 'firing',
    severity: 'warning',
    summary: `this is a test of the channel ${channel} by holdfast on ${sender.host}; nothing is wrong`,
    began: [],
    changed: [],
    repeated: [],
    ended: [],
    missed: [],
    open: 0,
  };
}

function worst(findings: readonly Pick<NotifiedFinding, 'severity'>[]): ToldSeverity {
  return findings.some(({ severity }) => severity === 'critical') ? 'critical' : 'warning';
}

function byWeight(left: NotifiedFinding, right: NotifiedFinding): number {
  if (left.severity !== right.severity) return left.severity === 'critical' ? -1 : 1;
  return left.since - right.since || (left.subject < right.subject ? -1 : 1);
}

/** `critical: stanza main, repository offsite: no WAL has arrived`, or the counts where there is more to say. */
function summarize(message: Parts & Pick<Notification, 'status' | 'severity' | 'open'>): string {
  const { group, status, severity, open } = message;
  const word = status === 'resolved' ? 'resolved' : severity;
  const counts = (['began', 'changed', 'repeated', 'ended', 'missed'] as const).map(
    (kind) => [kind, message[kind]] as const,
  );
  const told = counts.flatMap(([, findings]) => findings);
  const [only] = told;
  if (only !== undefined && told.length === 1) {
    const kind = counts.find(([, findings]) => findings.length > 0)?.[0];
    const left = status === 'firing' && open > 1 ? ` (${open} findings in all)` : '';
    return `${word}: ${only.subject}: ${kind === 'ended' && status === 'firing' ? 'no longer: ' : ''}${only.problem}${left}`;
  }
  const words = {
    began: 'new',
    changed: 'of another severity',
    repeated: 'still there',
    ended: 'ended',
    missed: 'came and went while this channel could not be reached',
  } as const;
  const parts = counts
    .filter(([, findings]) => findings.length > 0)
    .map(([kind, findings]) => `${findings.length} ${words[kind]}`);
  const left = status === 'firing' ? `; ${open} in all` : '';
  return `${word}: ${group}: ${parts.join(', ')}${left}`;
}
