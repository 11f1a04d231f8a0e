import type { AuditAnchor } from '../../store/audit-trail.ts';
import type { Journal } from '../../store/journal.ts';
import { parseAuditAnchor } from '../../store/parse-audit-anchor.ts';
import type { FoundSet } from './read-all-sets.ts';

/**
 * Where this journal's trail stood, as its backups have noted it in the repositories. Every host that backs up into a
 * repository has a trail of its own: an anchor is ours when its run is one of ours, or its set was made on this host.
 */
export function findAnchors(
  found: readonly FoundSet[],
  journal: Pick<Journal, 'listRuns'>,
  host: string,
): readonly AuditAnchor[] {
  const ours = new Set(
    journal
      .listRuns({ kind: 'backup' })
      .filter((run) => run.facts['rebuilt'] !== true)
      .map((run) => run.id),
  );
  return found.flatMap(({ set: { annotations } }) => {
    const anchor = parseAuditAnchor(annotations['holdfast-audit'] ?? '');
    const isOurs = ours.has(annotations['holdfast-run'] ?? '') || annotations['holdfast-host'] === host;
    return anchor !== undefined && isOurs ? [anchor] : [];
  });
}
