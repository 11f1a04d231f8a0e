import type { Configuration, Stanza } from '../../config/configuration.ts';
import type { Repository } from '../../model/repository.ts';
import type { ArchiveObservation } from '../../status/archive-observation.ts';
import type { CatalogueObservation } from '../../status/health-observations.ts';
import type { PrimaryObservation } from '../../status/primary-observation.ts';
import type { Sighting } from '../../status/sighting.ts';
import { primaryLookEveryMs } from '../heartbeat/primary-look-every.ts';
import { createWatch, type WatchDeps } from './create-watch.ts';
import { joinCatalogues, type CataloguePart } from './join-catalogues.ts';
import { deadlines, type KnownOfArchive, type Looks } from './looks.ts';
import { repositoryKey, type Watch, type WatchedSubject } from './watch.ts';
import type { Watches } from './watches.ts';

export interface WatchesDeps extends Pick<WatchDeps<unknown, unknown>, 'clock' | 'random' | 'onBug'> {
  /** The one in use: another after a reload. */
  readonly configuration: () => Configuration;
  readonly looks: Looks;
  /** Something was seen, or could not be. */
  readonly onSighting: () => void;
}

/** Begins to look at the sets, the WAL and the primary of every stanza. */
export function createWatches(deps: WatchesDeps): Watches {
  return new AllWatches(deps);
}

/**
 * Milliseconds to the next look after one that failed, doubled with each further failure: what was over in a moment (a
 * server that restarts, a machine that was busy) must not be unknown for a minute.
 */
const retryMs = 5000;

interface RepositoryPlace {
  readonly stanza: Stanza;
  readonly repository: Repository;
}

/**
 * The looks at an archive come after those that they build on: the sets of its stanza and production's timeline. After a
 * job they wait for the new list of sets, since WAL that an expire removed is a hole only beside the old list.
 */
class AllWatches implements Watches {
  readonly #deps: WatchesDeps;
  readonly #catalogues: Watch<CatalogueObservation>;
  readonly #primaries: Watch<PrimaryObservation>;
  readonly #archives: Watch<ArchiveObservation>;
  /** Repositories whose archives are looked at as soon as their sets were. */
  readonly #afterSets = new Set<string>();
  /** Labels of the last look at each repository, and the repositories from which some went since their WAL was listed. */
  readonly #labels = new Map<string, ReadonlySet<string>>();
  readonly #shrunk = new Set<string>();
  /** System identifier and timeline on which each primary was seen last. */
  readonly #ways = new Map<string, string>();

  constructor(deps: WatchesDeps) {
    const { looks, configuration } = deps;
    const { clock, random, onBug } = deps;
    const shared = { clock, random, onBug, retryMs };
    this.#deps = deps;
    const stanzas = (): readonly WatchedSubject<Stanza>[] =>
      configuration().stanzas.map((stanza) => ({ key: stanza.name, subject: stanza }));
    this.#catalogues = createWatch<RepositoryPlace, CatalogueObservation>({
      ...shared,
      subjects: () => configuration().stanzas.flatMap(placesOf),
      look: ({ stanza, repository }, signal) => looks.catalogue(stanza, signal, repository),
      everyMs: () => configuration().watch.catalogue * 1000,
      deadlineMs: deadlines.catalogue,
      parallel: 2,
      onSighting: (key) => this.#sawSets(key),
    });
    this.#primaries = createWatch<Stanza, PrimaryObservation>({
      ...shared,
      subjects: stanzas,
      look: (stanza, signal) => looks.primary(stanza, signal),
      everyMs: () => primaryLookEveryMs(configuration()),
      deadlineMs: deadlines.primary,
      parallel: 4,
      onSighting: (stanza) => this.#sawPrimary(stanza),
    });
    this.#archives = createWatch<RepositoryPlace, ArchiveObservation>({
      ...shared,
      subjects: () => this.#archivePlaces(),
      look: (place, signal) => this.#lookAtArchive(place, signal),
      everyMs: () => configuration().watch.archive * 1000,
      deadlineMs: deadlines.archive,
      parallel: 1,
      onSighting: () => deps.onSighting(),
    });
  }

  refresh(stanza?: string): void {
    const stanzas = this.#deps.configuration().stanzas;
    for (const one of stanzas.filter(({ name }) => stanza === undefined || stanza === name)) {
      for (const { key } of placesOf(one)) {
        this.#afterSets.add(key);
        this.#catalogues.refresh(key);
      }
    }
    this.#primaries.refresh(stanza);
  }

  sightings(): ReturnType<Watches['sightings']> {
    const now = this.#deps.clock.now();
    return this.#deps.configuration().stanzas.flatMap((stanza) => {
      const [first, ...others] = placesOf(stanza).map(({ key, subject }): CataloguePart => {
        return { repository: subject.repository, catalogue: this.#catalogues.sighting(key) };
      });
      if (first === undefined) return [];
      return [{ stanza: stanza.name, catalogue: joinCatalogues(stanza, [first, ...others], now) }];
    });
  }

  primaries(): ReturnType<Watches['primaries']> {
    return this.#deps
      .configuration()
      .stanzas.map(({ name }) => ({ stanza: name, primary: this.#primaries.sighting(name) }));
  }

  archives(): ReturnType<Watches['archives']> {
    return this.#deps.configuration().stanzas.flatMap(({ name, repositories }) =>
      repositories.map((repository) => ({
        stanza: name,
        repository: repository.name,
        archive: this.#archives.sighting(repositoryKey(name, repository.name)),
      })),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const all = [this.#archives, this.#catalogues, this.#primaries];
    await Promise.all(all.map((watch) => watch[Symbol.asyncDispose]()));
  }

  /** Those of whose sets and primary somebody has tried to see something. */
  #archivePlaces(): readonly WatchedSubject<RepositoryPlace>[] {
    return this.#deps
      .configuration()
      .stanzas.filter(({ name }) => wasTried(this.#primaries.sighting(name)))
      .flatMap(placesOf)
      .filter(({ key }) => wasTried(this.#catalogues.sighting(key)));
  }

  async #lookAtArchive(
    { stanza, repository }: RepositoryPlace,
    signal: AbortSignal,
  ): Promise<ArchiveObservation> {
    const { looks, configuration } = this.#deps;
    const key = repositoryKey(stanza.name, repository.name);
    const whole = this.#shrunk.has(key);
    const primary: KnownOfArchive['primary'] = async (since) =>
      since === undefined
        ? this.#primaries.sighting(stanza.name)
        : this.#primaries.lookSince(stanza.name, since);
    const { recheck } = configuration().watch;
    const seen = await looks.archive(stanza, repository, { primary, whole, recheck }, signal);
    if (whole) this.#shrunk.delete(key);
    return seen;
  }

  #sawSets(key: string): void {
    const places = this.#deps.configuration().stanzas.flatMap(placesOf);
    const seen = places.find((place) => place.key === key);
    if (seen !== undefined) this.#noteLabels(key, seen.subject.repository);
    const untried = !wasTried(this.#archives.sighting(key));
    if (this.#afterSets.delete(key) || untried || this.#shrunk.has(key)) this.#archives.refresh(key);
    this.#deps.onSighting();
  }

  #noteLabels(key: string, { name }: Repository): void {
    const told = this.#catalogues.sighting(key).value?.repositories.find((found) => found.name === name);
    if (told?.code !== 0 && told?.code !== 2) return;
    const labels = new Set(told.sets.map(({ label }) => label));
    const before = this.#labels.get(key);
    if (before !== undefined && [...before].some((label) => !labels.has(label))) this.#shrunk.add(key);
    this.#labels.set(key, labels);
  }

  /** Another timeline makes other windows out of the same WAL; another cluster has none in this archive. */
  #sawPrimary(name: string): void {
    const { value } = this.#primaries.sighting(name);
    const before = this.#ways.get(name);
    const way = value === undefined ? undefined : `${value.systemIdentifier} ${value.timeline}`;
    if (way !== undefined) this.#ways.set(name, way);
    const stanza = this.#deps.configuration().stanzas.find((candidate) => candidate.name === name);
    for (const repository of stanza?.repositories ?? []) {
      const key = repositoryKey(name, repository.name);
      const untried = !wasTried(this.#archives.sighting(key));
      if (way !== before || untried) this.#archives.refresh(key);
    }
    this.#deps.onSighting();
  }
}

function placesOf(stanza: Stanza): readonly WatchedSubject<RepositoryPlace>[] {
  return stanza.repositories.map((repository) => ({
    key: repositoryKey(stanza.name, repository.name),
    subject: { stanza, repository },
  }));
}

function wasTried({ observedAt, failure }: Sighting<unknown>): boolean {
  return observedAt !== undefined || failure !== undefined;
}
