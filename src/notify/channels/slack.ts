import type { CreateChannel } from '../channel.ts';
import { countOf, listFindings, type ListedFinding } from '../list-findings.ts';
import type { Notification } from '../notification.ts';
import { sendHttp } from '../send-http.ts';

/**
 * Limits of Slack: 50 blocks a message, 150 characters a header, 3,000 a section
 * (docs.slack.dev/reference/block-kit/blocks). So many findings are shown, each in a section.
 */
const [mostShown, headerLength, sectionLength] = [20, 150, 3000];

const signs = {
  began: '',
  changed: 'now ',
  repeated: 'still ',
  ended: 'ended: ',
  missed: 'missed: ',
} as const;

/** An incoming webhook of Slack (docs.slack.dev/messaging/sending-messages-using-incoming-webhooks). */
export const createSlack: CreateChannel = (channel, { resolveSecret, now }) => ({
  type: 'messages',
  async deliver(message, signal) {
    return sendHttp({
      url: await resolveSecret(channel.target),
      headers: { 'Content-Type': 'application/json; charset=utf-8' },
      body: JSON.stringify(describeForSlack(message)),
      caFile: channel.caFile,
      proxy: channel.proxy && (await resolveSecret(channel.proxy)),
      signal,
      now: now(),
    });
  },
});

/** `text` is what notifications and screen readers show, `blocks` the message itself. */
export function describeForSlack(message: Notification): Record<string, unknown> {
  const shown = listFindings(message, mostShown);
  const more = countOf(message) - shown.length;
  const text = escapeForSlack(message.summary);
  return {
    text: cut(text, sectionLength),
    blocks: [
      // A header is plain text, in which nothing is escaped.
      { type: 'header', text: { type: 'plain_text', text: cut(message.summary, headerLength) } },
      ...shown.map((finding) => ({
        type: 'section',
        text: { type: 'mrkdwn', text: cut(describe(finding), sectionLength) },
      })),
      ...(more === 0 ? [] : [context(`and ${more} more: \`holdfast status\` shows all`)]),
      context(escapeForSlack(`holdfast on ${message.sender.host}`)),
    ],
  };
}

function describe({ kind, finding }: ListedFinding): string {
  const { severity, subject, problem, evidence, remedy, since, endedAt, unseenBecause } = finding;
  const time = (at: number): string => new Date(at).toISOString().replace('.000Z', 'Z');
  const span = endedAt === undefined ? `since ${time(since)}` : `from ${time(since)} to ${time(endedAt)}`;
  const head = `*${signs[kind]}${severity}* · ${escapeForSlack(subject)} · ${span}`;
  if (kind === 'ended' || kind === 'missed') return `${head}\n${escapeForSlack(problem)}`;
  const unseen =
    unseenBecause === undefined ? '' : `\n_not seen now: ${escapeForSlack(cut(unseenBecause, 300))}_`;
  return `${head}\n${escapeForSlack(problem)}\n> ${escapeForSlack(cut(evidence, 1000))}${unseen}\n${escapeForSlack(remedy)}`;
}

function context(text: string): object {
  return { type: 'context', elements: [{ type: 'mrkdwn', text }] };
}

/** The three characters that Slack reads as its own (docs.slack.dev/messaging/formatting-message-text). */
export function escapeForSlack(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Cuts between characters, and not in the middle of what an escape wrote. */
function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  return `${text.slice(0, length - 1).replace(/&[a-z]*$|[\uD800-\uDBFF]$/, '')}…`;
}
