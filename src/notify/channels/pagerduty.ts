import type { CreateChannel } from '../channel.ts';
import { countOf, listFindings } from '../list-findings.ts';
import type { Notification } from '../notification.ts';
import { sendHttp } from '../send-http.ts';

const eventsUrl = 'https://events.pagerduty.com/v2/enqueue';
/** Limits of the Events API: 1,024 characters of summary, 255 of the key, 512 KB in all. So many findings are shown. */
const [summaryLength, keyLength, mostShown, textLength] = [1024, 255, 20, 1000];

/**
 * PagerDuty's Events API v2 (developer.pagerduty.com/docs/events-api-v2/trigger-events). One incident is what is told
 * together: it is triggered while anything of it is there and resolved when nothing is left.
 */
export const createPagerDuty: CreateChannel = (channel, { resolveSecret, now }) => ({
  type: 'messages',
  async deliver(message, signal) {
    const key = await resolveSecret(channel.target);
    return sendHttp({
      url: channel.url ?? eventsUrl,
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(describeForPagerDuty(message, key)),
      caFile: channel.caFile,
      proxy: channel.proxy && (await resolveSecret(channel.proxy)),
      secrets: [key],
      signal,
      now: now(),
    });
  },
});

/** @param routingKey of the integration */
export function describeForPagerDuty(message: Notification, routingKey: string): Record<string, unknown> {
  const { sender, group, status, severity, summary, createdAt, open } = message;
  const event = {
    routing_key: routingKey,
    event_action: status === 'resolved' ? 'resolve' : 'trigger',
    dedup_key: cut(`holdfast/${sender.host}/${message.kind === 'test' ? message.id : group}`, keyLength),
    client: 'holdfast',
  };
  if (status === 'resolved') return event;
  const shown = listFindings(message, mostShown);
  return {
    ...event,
    payload: {
      summary: cut(summary, summaryLength),
      source: sender.host,
      severity,
      timestamp: new Date(createdAt).toISOString(),
      component: 'pgbackrest',
      group,
      class: shown[0]?.finding.rule ?? message.kind,
      custom_details: {
        message: message.id,
        open,
        findings: shown.map(({ kind, finding }) => ({
          what: kind,
          rule: finding.rule,
          severity: finding.severity,
          subject: finding.subject,
          problem: cut(finding.problem, textLength),
          evidence: cut(finding.evidence, textLength),
          remedy: cut(finding.remedy, textLength),
          since: new Date(finding.since).toISOString(),
        })),
        more: countOf(message) - shown.length,
      },
    },
  };
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
