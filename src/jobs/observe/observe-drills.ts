import type { Stanza } from '../../config/configuration.ts';
import { readStored } from '../../report/report-drill.ts';
import type { DrillObservation } from '../../status/drill-observation.ts';
import type { Journal } from '../../store/journal.ts';

/** So many drills in a row may have been interrupted before nothing is known. */
const mostInterrupted = 20;

/** The newest drill of each repository of a stanza that was not interrupted. @throws Failure journal-damaged */
export function observeDrills(
  { reports }: Pick<Journal, 'reports'>,
  { name, repositories }: Stanza,
): DrillObservation[] {
  const places = ['', ...repositories.map((repository) => repository.name)];
  const found = places.flatMap((repository) => {
    const stored = reports
      .list({ stanza: name, repository, limit: mostInterrupted })
      .find(({ result }) => result !== 'interrupted');
    if (stored === undefined) return [];
    const { set, problems, measured } = readStored(stored).drill;
    const { id, endedAt, result } = stored;
    return [
      {
        stanza: name,
        repository,
        id,
        endedAt,
        passed: result === 'passed',
        set: set.label,
        problems,
        measured,
      },
    ];
  });
  // One that chose no repository is over as soon as another came further.
  const newest = Math.max(...found.map(({ endedAt }) => endedAt));
  return found.filter(({ repository, endedAt }) => repository !== '' || endedAt === newest);
}
