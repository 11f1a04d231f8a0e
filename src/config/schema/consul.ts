import * as z from 'zod';
import { parseDuration } from '../../model/duration.ts';
import { plainUrl } from './notify.ts';
import { absolutePath, flag, scalar, secret } from './scalars.ts';
import { section } from './section.ts';

/** Parts of a URL of Consul's API, and of names in its DNS. */
const consulName = (): z.ZodType<string, unknown> =>
  scalar({
    expected: 'a name of letters, digits and hyphens, such as holdfast',
    remedy: 'Write such a name; it is also a name in the DNS of Consul.',
    json: { type: 'string', pattern: '^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$' },
    read: (value) =>
      typeof value === 'string' && /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/.test(value)
        ? value
        : undefined,
  });

/** Shorter than this a daemon that is busy for a moment would already count as dead. */
const shortestTtl = 15;

const ttl = scalar<number>({
  expected: `a duration of at least ${shortestTtl}s and at most 1h, such as 1m`,
  remedy: 'Write a whole number and its unit: s, m or h.',
  json: { type: 'string', pattern: '^\\d{1,9}\\s*(s|m|h)$' },
  read: (value) => {
    const seconds = typeof value === 'string' ? parseDuration(value) : undefined;
    return seconds !== undefined && seconds >= shortestTtl && seconds <= 3600 ? seconds : undefined;
  },
});

/** Where the daemon pushes its verdict: docs/consul.md. */
export const consulSchema = section({
  url: plainUrl.prefault('http://127.0.0.1:8500').meta({
    description: 'The agent of Consul on this host: checks belong to the agent that they are pushed to.',
  }),
  token: secret()
    .optional()
    .meta({
      description: 'Token with `service:write` for the service.',
      examples: ['file:/etc/holdfast/consul.token'],
    }),
  service: consulName()
    .prefault('holdfast')
    .meta({ description: 'Name of the service that the checks belong to.' }),
  id: consulName().prefault('holdfast').meta({
    description:
      'Id of the service on this agent and of the check of all; the check of a stanza is `ID:STANZA`. A second daemon at the same agent needs another.',
  }),
  ttl: ttl.prefault('1m').meta({
    description:
      'After so long without a push the checks become critical by themselves; pushed three times as often.',
  }),
  register: flag().prefault(true).meta({
    description: 'Registers service and checks; `false` where the configuration of the agent has them.',
  }),
  caFile: absolutePath().optional().meta({ description: 'Certificate authority of an agent with HTTPS.' }),
}).meta({ description: 'Checks in Consul that the daemon keeps up to date.' });
