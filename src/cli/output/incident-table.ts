import { describeLoss, type Incident } from '../../model/incident.ts';
import { formatTable } from './format-table.ts';
import { formatUtc } from './format-time.ts';

/** What was lost, newest first: a table, and below it a sentence for each. */
export function incidentTable(incidents: readonly Incident[]): string {
  const table = formatTable(
    [
      { title: 'began' },
      { title: 'stanza' },
      { title: 'repository' },
      { title: 'missing WAL' },
      { title: 'over' },
    ],
    incidents.map(({ beganAt, stanza, repository, first, segments, closed }) => [
      formatUtc(beganAt),
      stanza,
      repository,
      segments === 1 ? first : `${first} and ${segments - 1} more`,
      closed === undefined ? 'no' : `${formatUtc(closed.at)}, ${closed.why}`,
    ]),
  );
  const sentences = incidents.map(
    (incident) => `${formatUtc(incident.beganAt)}: ${describeLoss(incident)}${describeAttempts(incident)}\n`,
  );
  return `${table}\n${sentences.join('')}`;
}

function describeAttempts({ attempts }: Incident): string {
  const last = attempts.at(-1);
  if (last === undefined) return '';
  const { type, result, detail } = last;
  const word = result === undefined ? 'begun' : detail === undefined ? result : `${result}: ${detail}`;
  return `; ${type} backup for it at ${formatUtc(last.at)}: ${word}`;
}
