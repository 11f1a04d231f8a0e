import type { RemovedArchive } from '../../engine/expire.ts';
import type { ExpireRemoval } from './apply-expire.ts';
import type { ExpirePreview, KeptSet } from './plan-expire.ts';
import { describeProtection } from './protected-sets.ts';

/** What `--json` and the journal show of an expire: docs/json.md, expire. */
export interface ExpireDocument {
  readonly sets: readonly string[];
  readonly archives: readonly { readonly archiveId: string; readonly first: string; readonly last: string }[];
  readonly kept: readonly Readonly<Record<string, unknown>>[];
  readonly warnings: readonly string[];
}

/** A preview, or with `removal` what was done of it. */
export function documentExpire(preview: ExpirePreview, removal?: ExpireRemoval): ExpireDocument {
  const { sets, archives, warnings } = removal ?? preview;
  return {
    sets,
    archives: archives.map(documentArchive),
    kept: preview.kept.map(documentKept),
    warnings: [...new Set([...preview.warnings, ...warnings])],
  };
}

function documentArchive({ archiveId, first, last }: RemovedArchive): ExpireDocument['archives'][number] {
  return { archiveId, first, last };
}

function documentKept(kept: KeptSet): Record<string, unknown> {
  return {
    label: kept.label,
    reasons: kept.reasons.map((reason) => ({ kind: reason.kind, text: describeProtection(reason) })),
    ...(kept.wal === undefined ? {} : { wal: kept.wal }),
    restorableTo: new Date(kept.stopTime * 1000).toISOString(),
  };
}
