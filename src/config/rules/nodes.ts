import { nodesOf, stanzasOf, type RuleContext, type RuleFinding } from './rule.ts';
import type { Path } from '../source-tree.ts';

/** Servers: one on this host at most, none twice, and a transport only where there is a host to reach. */
export function* checkNodes({ file }: RuleContext): Iterable<RuleFinding> {
  const places = new Map<string, string>();
  for (const { name, stanza, path } of stanzasOf(file)) {
    let localNodes = 0;
    for (const { node, path: at } of nodesOf(stanza, path)) {
      yield* checkTransport(node, at);
      const place = `${node.host ?? ''}:${node.path}`;
      const other = places.get(place);
      places.set(place, name);
      if (other !== undefined) {
        yield {
          rule: 'same-data-directory',
          path: [...at, 'path'],
          problem: `is the data directory of another server of stanza \`${other}\` too`,
          remedy: 'Name the right data directory or the right host: two servers never share one.',
        };
        continue;
      }
      localNodes += node.host === undefined ? 1 : 0;
      if (node.host === undefined && localNodes > 1) {
        yield {
          rule: 'several-local-nodes',
          path: at,
          problem: 'is a second server on this host for one stanza',
          remedy: 'Give the servers that are on other hosts their `host`.',
        };
      }
    }
  }
}

/** `ssh` or `tls`, and only beside `host`. */
export function* checkTransport(
  input: { host?: string | undefined; ssh?: object | undefined; tls?: object | undefined },
  path: Path,
): Iterable<RuleFinding> {
  if (input.ssh !== undefined && input.tls !== undefined) {
    yield {
      rule: 'two-transports',
      path: [...path, 'tls'],
      atKey: true,
      problem: 'the host is to be reached over SSH and over TLS at once',
      remedy: 'Keep `ssh` or `tls`.',
    };
  }
  const transport = input.ssh === undefined ? 'tls' : 'ssh';
  if (input.host === undefined && (input.ssh ?? input.tls) !== undefined) {
    yield {
      rule: 'transport-without-host',
      path: [...path, transport],
      atKey: true,
      problem: `\`${transport}\` has no meaning without \`host\``,
      remedy: 'Add `host`, or remove it for this host.',
    };
  }
}
