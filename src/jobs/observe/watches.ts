import type { ArchiveSighting } from '../../status/archive-observation.ts';
import type { RepositorySighting } from '../../status/health-observations.ts';
import type { PrimarySighting } from '../../status/primary-observation.ts';

/**
 * Everything that a running Holdfast looks at now and then, so that nobody who asks for health or metrics makes anything
 * run. What is given never waits and is of all configured stanzas, in their order.
 */
export interface Watches extends AsyncDisposable {
  /** Looks soon: a job of this stanza has ended. Without a stanza at all of them: the configuration is another. */
  refresh(stanza?: string): void;
  sightings(): readonly RepositorySighting[];
  archives(): readonly ArchiveSighting[];
  primaries(): readonly PrimarySighting[];
}
