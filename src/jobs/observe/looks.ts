import type { Stanza } from '../../config/configuration.ts';
import type { Engine } from '../../engine/engine.ts';
import { countDatabases } from '../../engine/count-databases.ts';
import { readCatalogue } from '../../engine/info.ts';
import type { Repository } from '../../model/repository.ts';
import type { ArchiveObservation } from '../../status/archive-observation.ts';
import type { CatalogueObservation } from '../../status/health-observations.ts';
import type { PrimaryObservation } from '../../status/primary-observation.ts';
import type { Journal } from '../../store/journal.ts';
import type { Clock } from '../job-deps.ts';
import { describeRepositories } from './describe-repositories.ts';
import { observeArchive, type LookAtPrimary } from './observe-archive.ts';
import { InfoFiles } from './observe-info-files.ts';
import { observePrimary, type ObservePrimaryDeps } from './observe-primary.ts';
import { observeRepositorySpace } from './observe-repository-space.ts';
import { type DatabasesWish, SetDatabases } from './set-databases.ts';
import { HistoryCache } from './read-histories.ts';
import { repositoryPlace } from './repository-place.ts';

/** What the looks work with; the same for the daemon and for a command. */
export interface LookDeps extends Omit<ObservePrimaryDeps, 'clock' | 'journal' | 'signal'> {
  /** @throws Failure engine-missing, engine-unsupported */
  readonly engine: () => Promise<Engine>;
  /** Of which sets it is asked how many databases they hold; of none unless given. */
  readonly databases?: (() => DatabasesWish) | undefined;
  readonly journal: Journal;
  readonly clock: Clock;
}

/** What a look at an archive builds on. */
export interface KnownOfArchive {
  readonly primary: LookAtPrimary;
  /** Sets were removed since the last look, so that WAL may be gone anywhere. */
  readonly whole: boolean;
  /** Seconds within which every directory is listed again. */
  readonly recheck: number;
}

/** The three kinds of looks, each one at one moment. All throw Failure when nothing could be seen. */
export interface Looks {
  /** @param repository only this one; all of the stanza, of which one that is dead delays the answer, unless given */
  catalogue(stanza: Stanza, signal: AbortSignal, repository?: Repository): Promise<CatalogueObservation>;
  primary(stanza: Stanza, signal: AbortSignal): Promise<PrimaryObservation>;
  archive(
    stanza: Stanza,
    repository: Repository,
    known: KnownOfArchive,
    signal: AbortSignal,
  ): Promise<ArchiveObservation>;
}

/** Milliseconds until a look of each kind is given up. The first one at an archive lists all of it. */
export const deadlines = { catalogue: 120_000, primary: 30_000, archive: 900_000 } as const;

export function createLooks(deps: LookDeps): Looks {
  const histories = new HistoryCache();
  const sets = new SetDatabases();
  const infoFiles = new InfoFiles();
  return {
    async catalogue(stanza, signal, repository) {
      const engine = await deps.engine();
      const asked = repository === undefined ? stanza : { ...stanza, repositories: [repository] };
      const whole = await readCatalogue(engine, stanza.name, { signal, repositoryKey: repository?.key });
      const databases = await sets.look(whole, deps.databases?.() ?? 'none', {
        count: (set) => countDatabases(engine, { ...set, stanza: stanza.name }, { signal }),
        clock: deps.clock,
      });
      return { whole, databases, repositories: describeRepositories(asked, whole, '') };
    },
    primary: (stanza, signal) => observePrimary(stanza, deps, signal),
    async archive(stanza, repository, known, signal) {
      const engine = await deps.engine();
      const archive = { ...known, engine, histories, journal: deps.journal, clock: deps.clock };
      const seen = await observeArchive(stanza, repository, archive, signal);
      const space = await observeRepositorySpace(stanza.name, repository, deps);
      if (seen.archiveId === undefined) return { ...seen, space };
      const { recheck } = known;
      const place = {
        engine,
        stanza: stanza.name,
        repositoryKey: repository.key,
        repositoryPlace: repositoryPlace(repository),
        clock: deps.clock,
        recheck,
        signal,
      };
      const read = await infoFiles.look(place);
      return { ...seen, space, infoFiles: read.infoFiles, requests: seen.requests + read.requests };
    },
  };
}
