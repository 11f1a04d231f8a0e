import type { Catalogue } from '../../model/backup-set.ts';
import type { DaemonObservation } from '../../status/daemon-observation.ts';
import type {
  CatalogueObservation,
  HealthObservations,
  RepositorySighting,
} from '../../status/health-observations.ts';
import { believe, explainUnknown } from '../../status/sighting.ts';
import { createGaugeSheet, type GaugeSheet } from '../gauges.ts';
import { pgbackrestCatalogue } from './catalogue.ts';
import { showLastSets, showSinceLast } from './show-last-sets.ts';
import { showSets } from './show-sets.ts';
import { showStanza } from './show-stanza.ts';

type Sheet = GaugeSheet<typeof pgbackrestCatalogue>;
type Lines = ReadonlyMap<string, Buffer>;

/** Shows what pgbackrest_exporter would, of everything that may be believed. `now` is epoch milliseconds. */
export type ShowPgbackrest = (sheet: Sheet, seen: HealthObservations, now: number) => void;

/**
 * Lines that follow from what the engine said are made once for each answer: thousands of sets would otherwise be
 * written anew at each scrape.
 */
export function createPgbackrestShow(): ShowPgbackrest {
  const written = new WeakMap<CatalogueObservation, Lines>();
  const draft = createGaugeSheet(pgbackrestCatalogue);
  const write = (seen: CatalogueObservation): Lines => {
    showStanza(draft.gauges, seen.whole);
    showSets(draft.gauges, seen);
    showLastSets(draft.gauges, seen);
    const lines = new Map([...draft.families].map(([key, gauge]) => [key, gauge.takeLines()]));
    written.set(seen, lines);
    return lines;
  };
  return ({ gauges, families }, { daemon, sightings }, now) => {
    showExporter(gauges, daemon, sightings, now);
    for (const { catalogue: sighting } of sightings) {
      const answer = believe(sighting, now);
      if (answer === undefined) continue;
      const { whole: catalogue } = answer;
      for (const [key, lines] of written.get(answer) ?? write(answer)) families.get(key)?.append(lines);
      gauges.backupLock.set({ stanza: catalogue.stanza }, Number(isLocked(catalogue, daemon)));
      showSinceLast(gauges, catalogue, now);
    }
  };
}

/** What the exporter says of itself: whether it got what it shows. */
function showExporter(
  gauges: Sheet['gauges'],
  { version, engineVersion }: DaemonObservation,
  sightings: readonly RepositorySighting[],
  now: number,
): void {
  const nothing = { branch: '', goarch: '', goos: '', goversion: '', revision: '', tags: '' };
  gauges.exporterBuild.set({ ...nothing, version: `holdfast ${version}` }, 1);
  if (engineVersion !== undefined) gauges.version.set(numberVersion(engineVersion));
  const tried = sightings.filter(
    ({ catalogue: { observedAt, failure } }) => observedAt !== undefined || failure !== undefined,
  );
  const known = tried.map(({ stanza, catalogue }) => ({
    stanza,
    ok: explainUnknown(catalogue, now) === undefined,
  }));
  for (const { stanza, ok } of known) gauges.exporterStatus.set({ stanza }, Number(ok));
  const all = known.every(({ ok }) => ok);
  if (!all || tried.length === sightings.length)
    gauges.exporterStatus.set({ stanza: 'all-stanzas' }, Number(all));
}

/** A lock that was seen, and a backup or expire of this daemon that began since. */
function isLocked({ stanza, locks }: Catalogue, { jobs }: DaemonObservation): boolean {
  const working = jobs.some(
    ({ request, state }) =>
      state === 'running' &&
      request.stanza === stanza &&
      (request.kind === 'backup' || request.kind === 'expire'),
  );
  return working || (locks?.backup.held ?? false);
}

/** `2055001` for 2.55.1: what `pgbackrest version --output=num` prints (2.55 and newer). */
function numberVersion({ major, minor, patch }: NonNullable<DaemonObservation['engineVersion']>): number {
  return (major * 1000 + minor) * 1000 + patch;
}
