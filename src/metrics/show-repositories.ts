import type { Judgement } from '../jobs/observe/judge-now.ts';
import type { RepositoryObservation } from '../status/observations.ts';
import { explainUnknown } from '../status/sighting.ts';
import type { Gauges } from './gauges.ts';
import { setKnown } from './set-known.ts';

/** What the repositories hold, as long as it may be believed; what may not is left out. */
export function showRepositories(
  gauges: Gauges,
  { configuration, seen, now }: Pick<Judgement, 'configuration' | 'seen' | 'now'>,
): void {
  for (const { name, objectives } of configuration.stanzas) {
    const labels = { stanza: name };
    setKnown(gauges.ageObjective, labels, objectives.backupAge);
    setKnown(gauges.rpoObjective, labels, objectives.rpo);
    setKnown(gauges.rtoObjective, labels, objectives.rto);
    setKnown(gauges.drillAgeObjective, labels, objectives.drillAge);
  }
  for (const { stanza, catalogue } of seen.sightings) {
    const { observedAt, value } = catalogue;
    const known = explainUnknown(catalogue, now) === undefined;
    gauges.repositoryKnown.set({ stanza }, known ? 1 : 0);
    if (observedAt !== undefined) gauges.repositoryObserved.set({ stanza }, observedAt / 1000);
    if (known)
      for (const repository of value?.repositories ?? []) showRepository(gauges, { stanza, repository, now });
  }
}

function showRepository(
  gauges: Gauges,
  { stanza, repository, now }: { stanza: string; repository: RepositoryObservation; now: number },
): void {
  const { name, code, sets } = repository;
  if (code === undefined) return;
  const labels = { stanza, repository: name };
  gauges.repositoryStatus.set(labels, code);
  // The repository could not be read: that no sets were named says nothing.
  if (code === 99) return;
  for (const type of ['full', 'diff', 'incr'] as const) {
    const ofType = sets.filter((set) => set.type === type);
    gauges.sets.set({ ...labels, type }, ofType.length);
    const stopTime = Math.max(...ofType.map((set) => set.stopTime));
    if (ofType.length > 0) gauges.newestSetAge.set({ ...labels, type }, now / 1000 - stopTime);
  }
}
