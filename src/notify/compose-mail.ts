import { createHash } from 'node:crypto';
import { countOf, listFindings, type ListedFinding } from './list-findings.ts';
import type { Notification } from './notification.ts';

/** So many findings are in a mail, and so many characters in its subject. */
const [mostShown, subjectLength] = [50, 180];

const heads = {
  began: '',
  changed: 'now ',
  repeated: 'still ',
  ended: 'ended: ',
  missed: 'came and went while no mail could be sent: ',
} as const;

/** What nodemailer makes a mail of. */
export interface MailContent {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly messageId: string;
  readonly inReplyTo?: string;
  readonly references?: string;
  readonly date: Date;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * A message as a mail in plain text and simple HTML. Mails of one trouble are one thread; `Auto-Submitted` keeps
 * vacation notices from answering (RFC 3834).
 */
export function composeMail(message: Notification): MailContent {
  const { id, thread, sender, summary, createdAt, status, severity } = message;
  const shown = listFindings(message, mostShown);
  const more = countOf(message) - shown.length;
  const foot = [
    ...(more === 0 ? [] : [`and ${more} more: \`holdfast status\` shows all`]),
    `holdfast ${sender.version} on ${sender.host}, message ${id}`,
  ];
  const root = messageId(thread, sender.host);
  return {
    subject: cut(`[holdfast] ${summary}`, subjectLength),
    text: `${[summary, ...shown.map(describeText), foot.join('\n')].join('\n\n')}\n`,
    html: [
      `<p><b>${escapeHtml(summary)}</b></p>`,
      ...shown.map(describeHtml),
      `<p><small>${foot.map(escapeHtml).join('<br>')}</small></p>`,
    ].join('\n'),
    messageId: messageId(id, sender.host),
    ...(thread === id ? {} : { inReplyTo: root, references: root }),
    date: new Date(createdAt),
    headers: {
      'Auto-Submitted': 'auto-generated',
      'X-Holdfast-Status': status,
      'X-Holdfast-Severity': severity,
    },
  };
}

/** `<ID@HOST>` of a message, the same at every attempt (RFC 5322, 3.6.4). */
export function messageId(id: string, host: string): string {
  const place = createHash('sha256').update(host).digest('hex').slice(0, 12);
  return `<${id}@${/^[\w-]+(\.[\w-]+)*$/.test(host) ? host : `${place}.holdfast`}>`;
}

function headOf({ kind, finding }: ListedFinding): string {
  return `${heads[kind]}${finding.severity}: ${finding.subject}: ${finding.problem}`;
}

function factsOf({ kind, finding }: ListedFinding): readonly (readonly [string, string])[] {
  const { since, endedAt, evidence, remedy, rule, previousSeverity, unseenBecause } = finding;
  const over = kind === 'ended' || kind === 'missed';
  return [
    ['since', new Date(since).toISOString()],
    ...(endedAt === undefined ? [] : [['until', new Date(endedAt).toISOString()] as const]),
    ...(unseenBecause === undefined ? [] : [['unseen', unseenBecause] as const]),
    ...(previousSeverity === undefined ? [] : [['before', previousSeverity] as const]),
    ...(over
      ? []
      : ([
          ['seen', evidence],
          ['do', remedy],
        ] as const)),
    ['rule', rule],
  ];
}

function describeText(listed: ListedFinding): string {
  return [headOf(listed), ...factsOf(listed).map(([name, value]) => `  ${name.padEnd(6)} ${value}`)].join(
    '\n',
  );
}

function describeHtml(listed: ListedFinding): string {
  const facts = factsOf(listed).map(([name, value]) => `${name}: ${escapeHtml(value)}`);
  return `<p><b>${escapeHtml(headOf(listed))}</b><br>${facts.join('<br>')}</p>`;
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
