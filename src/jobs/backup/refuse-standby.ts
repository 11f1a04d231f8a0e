import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Stanza } from '../../config/configuration.ts';
import { Failure } from '../../model/failure.ts';

/**
 * Refuses a backup that cannot find a primary: the only node is this server, and it is a standby. With several nodes
 * the engine finds the primary among them (pgBackRest option backup-standby, `src/db/helper.c`).
 *
 * @throws Failure server-unreachable
 */
export function refuseStandby(stanza: Stanza): void {
  const [node, other] = stanza.nodes;
  if (node === undefined || other !== undefined || node.host !== undefined) return;
  if (!existsSync(join(node.path, 'standby.signal'))) return;
  throw new Failure('server-unreachable', {
    operation: `back up stanza ${stanza.name}`,
    place: node.path,
    problem: 'this server is a standby, and the configuration names no primary',
    hint: 'Run the backup on the primary, or add the primary as a node with its host to the stanza, so that pgBackRest can reach it from here.',
  });
}
