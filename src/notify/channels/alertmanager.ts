import { identifyFinding, type KnownFinding } from '../../model/finding.ts';
import type { CreateChannel, DeliveryResult, FindingsState } from '../channel.ts';
import type { Sender } from '../notification.ts';
import { sendHttp } from '../send-http.ts';
import { instant } from '../../model/instant.ts';

/** Seconds between two pushes: Alertmanager wants to hear again of what is still there. */
const usualEvery = 60;
/**
 * How long an alert goes on after the last push, milliseconds, and in how many pushes at least. A restart of Holdfast
 * or of its host must not resolve what is still there.
 */
const [longestSilenceMs, missedPushes] = [15 * 60_000, 4];

/** An alert as `POST /api/v2/alerts` takes it (prometheus/alertmanager, api/v2/openapi.yaml, `postableAlert`). */
export interface PostableAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** RFC 3339. */
  readonly startsAt: string;
  readonly endsAt: string;
}

/**
 * Alertmanager, API v2. The target is one URL or several with spaces or commas between them: each of a cluster is told
 * everything, as Alertmanager's documentation asks of its clients (prometheus.io/docs/alerting/latest/high_availability).
 */
export const createAlertmanager: CreateChannel = (channel, { sender, resolveSecret, now }) => {
  /** What Alertmanager was told of, by the identity of the finding: a finding of another severity is another alert there. */
  const told = new Map<string, PostableAlert>();
  const everyMs = (channel.every ?? usualEvery) * 1000;
  const silenceMs = Math.max(longestSilenceMs, missedPushes * everyMs);

  async function post(alerts: readonly PostableAlert[], signal: AbortSignal): Promise<DeliveryResult> {
    const target = await resolveSecret(channel.target);
    const proxy = channel.proxy && (await resolveSecret(channel.proxy));
    const urls = target.split(/[\s,]+/).filter((url) => url !== '');
    const results = await Promise.all(
      urls.map((url) =>
        sendHttp({
          url: `${url.replace(/\/+$/, '')}/api/v2/alerts`,
          headers: { 'Content-Type': 'application/json' },
          body: JSON.stringify(alerts),
          caFile: channel.caFile,
          proxy,
          secrets: [target],
          signal,
          now: now(),
        }),
      ),
    );
    return joinResults(results);
  }

  return {
    type: 'state',
    everyMs,
    async push(state, signal) {
      const firing = state.open.map((finding) => [identifyFinding(finding), finding] as const);
      const alerts = planAlerts(state, { sender, silenceMs, told });
      const result = await post(alerts, signal);
      // Until they have been told, the alerts before them are the ones to be ended.
      if (!result.delivered) return result;
      told.clear();
      for (const [identity, finding] of firing)
        told.set(identity, describeAlert(finding, sender, state.now + silenceMs));
      return result;
    },
    async test(id, signal) {
      return post([describeTest(id, sender, now())], signal);
    },
  };
};

/**
 * All alerts of one push: what is there, what ended lately, and under its former labels what has another severity now.
 *
 * @param told what the last push that arrived said, by identity
 */
export function planAlerts(
  { open, ended, now }: FindingsState,
  settings: {
    readonly sender: Sender;
    readonly silenceMs: number;
    readonly told: ReadonlyMap<string, PostableAlert>;
  },
): readonly PostableAlert[] {
  const { sender, silenceMs, told } = settings;
  const firing = open.map((finding) => describeAlert(finding, sender, now + silenceMs));
  const keys = new Set(firing.map(labelsKey));
  const former = [...told.values()].map((alert) => endAt(alert, now));
  const over = ended
    // Longer ago they have ended by themselves.
    .filter(({ endedAt }) => endedAt !== undefined && now - endedAt <= 2 * silenceMs)
    .map((finding) => describeAlert(finding, sender, Math.min(finding.endedAt ?? now, now)));
  const resolved = new Map<string, PostableAlert>();
  for (const alert of [...former, ...over])
    if (!keys.has(labelsKey(alert))) resolved.set(labelsKey(alert), alert);
  return [...firing, ...resolved.values()];
}

/** @param endsAt epoch milliseconds: ahead of now for one that fires */
function describeAlert(finding: KnownFinding, sender: Sender, endsAt: number): PostableAlert {
  const { rule, severity, subject, stanza, repository, problem, evidence, remedy, since, unseenBecause } =
    finding;
  const unseen = unseenBecause === undefined ? '' : ` (not seen any more: ${unseenBecause})`;
  return {
    labels: {
      alertname: alertName(rule),
      rule,
      severity,
      subject,
      instance: sender.host,
      ...(stanza === undefined ? {} : { stanza }),
      ...(repository === undefined ? {} : { repository }),
    },
    annotations: {
      summary: `${subject}: ${problem}${unseen}`,
      description: evidence,
      remedy,
      runbook: `docs/findings.md#${rule}`,
    },
    startsAt: instant(Math.min(since, endsAt)),
    endsAt: instant(endsAt),
  };
}

function describeTest(id: string, sender: Sender, now: number): PostableAlert {
  return {
    labels: { alertname: 'HoldfastTest', severity: 'warning', test: id, instance: sender.host },
    annotations: {
      summary: `holdfast notify test on ${sender.host}: nothing is wrong`,
      description: 'Somebody tries whether alerts arrive. It ends by itself after two minutes.',
    },
    startsAt: instant(now),
    endsAt: instant(now + 120_000),
  };
}

/** `wal-hole` → `HoldfastWalHole`: names of alerts are written like this everywhere. */
function alertName(rule: string): string {
  const words = rule.split('-').map((word) => `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`);
  return `Holdfast${words.join('')}`;
}

/** Alertmanager knows an alert by its labels. */
function labelsKey({ labels }: PostableAlert): string {
  return JSON.stringify(Object.entries(labels).toSorted(([left], [right]) => (left < right ? -1 : 1)));
}

function endAt(alert: PostableAlert, now: number): PostableAlert {
  return { ...alert, endsAt: instant(Math.max(now, Date.parse(alert.startsAt))) };
}

/** Delivered is what all of a cluster have. */
function joinResults(results: readonly DeliveryResult[]): DeliveryResult {
  const [first] = results;
  if (first === undefined) return { delivered: false, problem: 'the target has no URL', permanent: false };
  const failed = results.flatMap((result, index) => (result.delivered ? [] : [{ ...result, index }]));
  const [failure] = failed;
  if (failure === undefined) return first;
  const which =
    results.length === 1
      ? ''
      : ` (URL ${failed.map(({ index }) => index + 1).join(', ')} of ${results.length})`;
  return { ...failureOf(failure), problem: `${failure.problem}${which}` };
}

function failureOf({
  delivered,
  problem,
  permanent,
  retryAfterMs,
}: DeliveryResult & { delivered: false }): DeliveryResult & { delivered: false } {
  return { delivered, problem, permanent, retryAfterMs };
}
