import * as z from 'zod';
import { parseDuration } from '../../model/duration.ts';
import { absolutePath, duration, oneOf, scalar, secret, text } from './scalars.ts';
import { section } from './section.ts';

/** Kinds of notification channel, in the order of the file's documentation. */
export const notifyKinds = [
  'slack',
  'webhook',
  'email',
  'alertmanager',
  'pagerduty',
  'healthchecks',
] as const;

const repeatTime = (): z.ZodType<number | 'never', unknown> =>
  scalar<number | 'never'>({
    expected: 'a duration of at least 1m such as 4h, or never',
    remedy: 'Write a whole number and its unit (m, h, d or w), or `never`.',
    json: { type: 'string', pattern: '^(never|\\d{1,9}\\s*(s|m|h|d|w))$' },
    read: (value) => {
      if (value === 'never') return 'never';
      const seconds = typeof value === 'string' ? parseDuration(value) : undefined;
      return seconds !== undefined && seconds >= 60 ? seconds : undefined;
    },
  });

const repeatSchema = section({
  critical: repeatTime().prefault('4h').meta({
    description: 'After how long a critical finding that is still there is told again; or `never`.',
  }),
  warning: repeatTime()
    .prefault('24h')
    .meta({ description: 'After how long a warning that is still there is told again; or `never`.' }),
}).meta({ description: 'When what is still there is told again.' });

/** `https://host/path`, which holds no secret. */
export const plainUrl = scalar<string>({
  expected: 'a URL that begins with https:// or http://, without a user and a password',
  remedy: 'Write the whole URL.',
  json: { type: 'string', pattern: '^https?://' },
  read: (value) => {
    if (typeof value !== 'string' || !/^https?:\/\/[^\s@]+$/.test(value)) return undefined;
    return URL.canParse(value) ? value : undefined;
  },
});

export const notifySchema = section({
  slack: secret()
    .optional()
    .meta({ description: 'Incoming webhook of Slack.', examples: ['${SLACK_URL}'] }),
  webhook: secret().optional().meta({ description: 'URL that gets JSON.', 'x-identifier': true }),
  email: secret().optional().meta({ description: 'Address that gets mail.', 'x-identifier': true }),
  alertmanager: secret().optional().meta({ description: 'URL of Alertmanager.', 'x-identifier': true }),
  pagerduty: secret().optional().meta({ description: 'Routing key of PagerDuty.' }),
  healthchecks: secret()
    .optional()
    .meta({ description: 'Ping URL of a dead-man alert.', examples: ['${PING_URL}'] }),
  on: z
    .array(oneOf(['critical', 'warning', 'resolved']))
    .prefault(['critical', 'warning', 'resolved'])
    .meta({ description: 'What is told.' }),
  stanzas: z.array(text('the name of a stanza')).prefault([]).meta({
    description: 'Only findings of these stanzas, and of Holdfast itself; without it of all.',
  }),
  wait: duration().prefault('30s').meta({
    description: 'How long what begins or ends is gathered, so that it comes as one message.',
  }),
  repeat: repeatSchema.prefault({}),
  every: duration().optional().meta({
    description: 'healthchecks: between two pings; 5m without it. alertmanager: between two pushes; 1m.',
  }),
  secret: secret()
    .optional()
    .meta({ description: 'webhook: key of the signature.', examples: ['file:/etc/holdfast/webhook.key'] }),
  smtp: secret()
    .optional()
    .meta({
      description:
        'email: the mail server, `smtp://user:password@host:587` (STARTTLS) or `smtps://user:password@host:465`.',
      examples: ['${SMTP_URL}'],
      'x-identifier': true,
    }),
  from: text('an address').optional().meta({ description: 'email: who sends.' }),
  to: z.array(text('an address')).prefault([]).meta({ description: 'email: more addresses.' }),
  startTls: oneOf(['required', 'never']).optional().meta({
    description:
      'email: whether `smtp://` must become encrypted; `required` without it. `never` is for a relay on this host, and takes no password.',
  }),
  url: plainUrl.optional().meta({
    description: 'pagerduty: another address of its Events API.',
    examples: ['https://events.eu.pagerduty.com/v2/enqueue'],
  }),
  caFile: absolutePath()
    .optional()
    .meta({ description: "Certificate authority of the receiver, where the system's do not have it." }),
  proxy: secret()
    .optional()
    .meta({
      description: 'HTTP proxy, for all but email: `http://host:3128`.',
      examples: ['${HTTPS_PROXY}'],
      'x-identifier': true,
    }),
}).meta({ description: 'One channel: exactly one of the kinds, and what is told: docs/notifications.md.' });

export type NotifyInput = z.output<typeof notifySchema>;
