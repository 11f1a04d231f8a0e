import type { Path } from '../../config/source-tree.ts';
import { activeSetting, carry, type DraftContext } from './draft-context.ts';
import { draftTransport } from './draft-transport.ts';
import { plainValue } from './plain-value.ts';

const nodeKeys = {
  path: 'path',
  port: 'port',
  'socket-path': 'socket',
  user: 'databaseUser',
  database: 'database',
} as const;

/**
 * The servers of a stanza, `pg1-path` and on. Where the numbers have gaps each node keeps its own.
 *
 * @returns false when the files name no server
 */
export function draftNodes(context: DraftContext, stanzaPath: Path): boolean {
  const indexes = context.view
    .indexes('pg')
    .filter((index) => activeSetting(context, `pg${index}-path`) !== undefined);
  for (const [position, index] of indexes.entries()) {
    const path = [...stanzaPath, 'postgres', position];
    for (const [rest, key] of Object.entries(nodeKeys)) {
      const setting = activeSetting(context, `pg${index}-${rest}`);
      if (setting !== undefined)
        carry(context, [...path, key], plainValue(setting, context.version), setting);
    }
    draftTransport(context, `pg${index}-host`, path);
    if (index !== position + 1) context.builder.set([...path, 'number'], index);
  }
  return indexes.length > 0;
}
