import { isIP } from 'node:net';
import { nearestName } from '../../model/nearest-name.ts';
import type { RuleContext, RuleFinding } from './rule.ts';

/** Servers: never beyond loopback without a token, and only for stanzas that exist. */
export function* checkListeners({ file }: RuleContext): Iterable<RuleFinding> {
  const { listen, token } = file.server;
  if (!isLoopback(listen.host) && token === undefined) {
    yield {
      rule: 'listen-without-token',
      path: ['server', 'listen'],
      problem: 'listens beyond this host without a token',
      expected: 'a loopback address (127.0.0.1, ::1, localhost), or `server.token`',
      remedy: 'Add `token: file:/path` under `server`, or listen on 127.0.0.1.',
    };
  }
  const known = Object.keys(file.stanzas);
  for (const [client, names] of Object.entries(file.tlsServer?.auth ?? {})) {
    for (const [index, name] of names.entries()) {
      if (name === '*' || known.includes(name)) continue;
      const nearest = nearestName(name, known);
      yield {
        rule: 'unknown-stanza',
        path: ['tlsServer', 'auth', client, index],
        problem: `there is no stanza \`${name}\` in this file`,
        expected: `one of ${known.join(', ')}, or *`,
        remedy:
          nearest === undefined ? 'Write the name of a stanza, or `"*"` for all.' : `Write \`${nearest}\`.`,
      };
    }
  }
}

/** A name other than localhost may resolve to anything, so it counts as beyond. */
export function isLoopback(host: string): boolean {
  if (host.toLowerCase() === 'localhost' || host === '::1') return true;
  return isIP(host) === 4 && host.startsWith('127.');
}
