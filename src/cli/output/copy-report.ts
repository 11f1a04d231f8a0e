import { connectionString, type CopyRecord, networkConnectionStrings } from '../../model/copy.ts';
import { formatUtc } from './format-time.ts';
import { listFacts } from './list-facts.ts';

/** A copy that is ready, for people: how to connect, and how to take it away. */
export function describeCopy(copy: CopyRecord): string {
  const facts = listFacts([
    ['copy', copy.name === undefined ? copy.id : `${copy.name} (${copy.id})`],
    ['of', `stanza ${copy.stanza}, ${copy.target}`],
    ['from', `set ${copy.set} in repository ${copy.repository}`],
    ['data', copy.dataDirectory],
    ['stays', copy.expiresAt === undefined ? 'until it is dropped' : `until ${formatUtc(copy.expiresAt)}`],
  ]);
  return `${facts}
Connect as ${copy.owner}:
  sudo -u ${copy.owner} psql '${connectionString(copy)}'
${describeNetwork(copy)}Take it away:
  holdfast clone drop ${copy.name ?? copy.id}
`;
}

function describeNetwork(copy: CopyRecord): string {
  if (copy.network === undefined) return '';
  const lines = networkConnectionStrings(copy).map((text) => `  psql '${text} user=…'\n`);
  return `From ${copy.network.allow.join(', ')}, with a role and a password of production, not encrypted:\n${lines.join('')}`;
}
