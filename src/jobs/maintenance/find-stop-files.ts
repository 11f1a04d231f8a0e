import { formatElapsed } from '../../model/duration.ts';
import type { Finding } from '../../model/finding.ts';
import { HeldDirectory } from './held-directory.ts';

/**
 * What `pgbackrest stop` left behind: as long as it is there nothing of the stanza runs, archiving included (pgBackRest
 * `src/command/control/stop.c`). It is never removed: somebody wanted it.
 */
export async function findStopFiles(
  lockDirectory: string,
  stanza: string,
  now: number,
): Promise<readonly Finding[]> {
  await using held = await HeldDirectory.open(lockDirectory);
  if (held === undefined) return [];
  const names = [`${stanza}.stop`, 'all.stop'];
  const found = await Promise.all(names.map((name) => held.look(name)));
  return found
    .filter((entry) => entry !== undefined)
    .map(({ name, changedAt }) => ({
      rule: 'stop-file',
      severity: 'warning',
      subject: `stanza ${stanza}`,
      problem: `pgBackRest has been stopped for ${name === 'all.stop' ? 'every stanza' : 'it'}: no backup and no archiving`,
      evidence: `${held.path}/${name}, ${formatElapsed(Math.max(0, now - changedAt))} old`,
      remedy: `When nobody needs that any more: \`pgbackrest ${name === 'all.stop' ? '' : `--stanza=${stanza} `}start\`.`,
    }));
}
