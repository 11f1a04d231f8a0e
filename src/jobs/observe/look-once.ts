import type { Configuration, Stanza } from '../../config/configuration.ts';
import type { ArchiveSighting } from '../../status/archive-observation.ts';
import type { RepositorySighting } from '../../status/health-observations.ts';
import type { PrimaryObservation } from '../../status/primary-observation.ts';
import type { PrimarySighting } from '../../status/primary-observation.ts';
import type { Sighting } from '../../status/sighting.ts';
import type { Clock } from '../job-deps.ts';
import { joinCatalogues, type CataloguePart } from './join-catalogues.ts';
import { takeSighting } from './look-within.ts';
import { deadlines, type Looks } from './looks.ts';
import type { LookAtPrimary } from './observe-archive.ts';

/** What a command looks with. */
export interface LookOnceDeps {
  readonly looks: Looks;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Told what is looked at next, in words. */
  readonly onProgress: (text: string) => void;
}

/** What was seen by looking once, in the form in which the daemon has it. */
export interface SeenOnce {
  readonly sightings: readonly RepositorySighting[];
  readonly archives: readonly ArchiveSighting[];
  readonly primaries: readonly PrimarySighting[];
}

/**
 * Looks once at the sets, the primary and the WAL of these stanzas. What cannot be seen is told as that.
 *
 * @throws the signal's reason
 */
export async function lookOnce(
  configuration: Configuration,
  stanzas: readonly Stanza[],
  deps: LookOnceDeps,
): Promise<SeenOnce> {
  const all: SeenOnce[] = [];
  for (const stanza of stanzas) all.push(await lookAtStanza(configuration, stanza, deps));
  return {
    sightings: all.flatMap(({ sightings }) => sightings),
    archives: all.flatMap(({ archives }) => archives),
    primaries: all.flatMap(({ primaries }) => primaries),
  };
}

async function lookAtStanza(
  { watch }: Configuration,
  stanza: Stanza,
  { looks, clock, signal, onProgress }: LookOnceDeps,
): Promise<SeenOnce> {
  const { name } = stanza;
  const lookAtPrimary = createPrimaryLook(stanza, { looks, clock, signal });
  onProgress(`looking at the primary and the backup sets of stanza ${name}`);
  const [primary, catalogue] = await Promise.all([
    lookAtPrimary(undefined),
    lookAtSets(stanza, { looks, clock, signal }),
  ]);
  const archives: ArchiveSighting[] = [];
  for (const repository of stanza.repositories) {
    onProgress(`looking at the WAL of stanza ${name} in repository ${repository.name}`);
    const known = { primary: lookAtPrimary, whole: false, recheck: watch.recheck };
    const archive = await takeSighting({
      look: (within) => looks.archive(stanza, repository, known, within),
      clock,
      deadlineMs: deadlines.archive,
      signal,
    });
    archives.push({ stanza: name, repository: repository.name, archive });
  }
  return { sightings: [{ stanza: name, catalogue }], primaries: [{ stanza: name, primary }], archives };
}

/** At all repositories at the same time: a dead one does not hide the others. */
async function lookAtSets(
  stanza: Stanza,
  { looks, clock, signal }: Pick<LookOnceDeps, 'looks' | 'clock' | 'signal'>,
): Promise<RepositorySighting['catalogue']> {
  const deadlineMs = deadlines.catalogue;
  const all = stanza.repositories.map(async (repository): Promise<CataloguePart> => {
    const look = (within: AbortSignal) => looks.catalogue(stanza, within, repository);
    return { repository, catalogue: await takeSighting({ look, clock, deadlineMs, signal }) };
  });
  const [first, ...others] = await Promise.all(all);
  if (first === undefined) throw new Error(`stanza ${stanza.name} has no repository`);
  return joinCatalogues(stanza, [first, ...others], clock.now());
}

/** Looks at the primary of a stanza once for all that build on it, and again where a later look is needed. */
export function createPrimaryLook(
  stanza: Stanza,
  { looks, clock, signal }: Pick<LookOnceDeps, 'looks' | 'clock' | 'signal'>,
): LookAtPrimary {
  let last: { readonly begunAt: number; readonly seen: Promise<Sighting<PrimaryObservation>> } | undefined;
  return async (since) => {
    if (last === undefined || (since !== undefined && last.begunAt < since)) {
      const look = (within: AbortSignal): Promise<PrimaryObservation> => looks.primary(stanza, within);
      const deadlineMs = deadlines.primary;
      last = { begunAt: clock.now(), seen: takeSighting({ look, clock, deadlineMs, signal }) };
    }
    return last.seen;
  };
}
