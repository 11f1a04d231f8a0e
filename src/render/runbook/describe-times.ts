import { formatByteSize } from '../../model/byte-size.ts';
import { formatDuration, formatElapsed } from '../../model/duration.ts';
import type { RunbookSite } from './runbook-site.ts';

/** How long a restore takes, as far as it was ever measured, and how long it may take. */
export function describeTimes({ measured, stanza }: RunbookSite, repository?: string): string {
  const known = measured.filter((one) => repository === undefined || one.repository === repository);
  const rto =
    stanza.objectives.rto === undefined
      ? ''
      : ` It may take ${formatDuration(stanza.objectives.rto)} (objectives.rto).`;
  if (known.length === 0)
    return `Not known: no restore was measured${repository === undefined ? '' : ` from ${repository}`} when this was written. \`holdfast drill\` measures one.${rto}`;
  const told = known.map(({ repository: name, seconds, bytes, count, lastAt }) => {
    const from = count === 1 ? 'one restore or drill' : `${count} restores and drills`;
    return `from ${name} about ${formatElapsed(seconds * 1000)} (${from}, the last on ${new Date(lastAt).toISOString().slice(0, 10)} with ${formatByteSize(bytes)})`;
  });
  return `Measured: ${told.join('; ')}. More data and more WAL take longer.${rto}`;
}

/** What is lost when all that was archived comes back. */
export function describeLoss({ stanza }: RunbookSite): string {
  const rpo =
    stanza.objectives.rpo === undefined
      ? ''
      : ` By the objectives that is at most ${formatDuration(stanza.objectives.rpo)}.`;
  return `What was committed and not archived yet; nothing, where pg_wal of the old directory can still be read.${rpo}`;
}
