import type { Configuration, Stanza } from '../../config/configuration.ts';
import type { Catalogue } from '../../model/backup-set.ts';
import type { CatalogueObservation } from '../../status/health-observations.ts';
import { createWatch, type WatchDeps } from './create-watch.ts';
import { describeRepositories } from './describe-repositories.ts';
import type { RepositoryWatch } from './repository-watch.ts';

export interface RepositoryWatchDeps extends Pick<
  WatchDeps<Stanza, CatalogueObservation>,
  'clock' | 'random' | 'onSighting' | 'onBug'
> {
  /** The one in use: another after a reload. */
  readonly configuration: () => Configuration;
  /** Asks the engine. @throws Failure when it does not answer */
  readonly readCatalogue: (stanza: Stanza, signal: AbortSignal) => Promise<Catalogue>;
  /** Between two looks at a stanza, milliseconds. */
  readonly everyMs: () => number;
}

/** A look is one `pgbackrest info`, which asks every repository of its stanza. */
export const catalogueLookMs = 120_000;

/** Begins to look at the repositories of every stanza. */
export function createRepositoryWatch(deps: RepositoryWatchDeps): RepositoryWatch {
  const stanzas = (): readonly Stanza[] => deps.configuration().stanzas;
  const watch = createWatch<Stanza, CatalogueObservation>({
    ...deps,
    subjects: () => stanzas().map((stanza) => ({ key: stanza.name, subject: stanza })),
    look: async (stanza, signal) => describeCatalogue(stanza, await deps.readCatalogue(stanza, signal)),
    retryMs: 60_000,
    deadlineMs: catalogueLookMs,
    parallel: 2,
  });
  return {
    refresh: (stanza) => watch.refresh(stanza),
    sightings: () => stanzas().map(({ name }) => ({ stanza: name, catalogue: watch.sighting(name) })),
    [Symbol.asyncDispose]: () => watch[Symbol.asyncDispose](),
  };
}

/** One answer of the engine, as it is and as rules judge it. */
export function describeCatalogue(stanza: Stanza, whole: Catalogue): CatalogueObservation {
  return { whole, repositories: describeRepositories(stanza, whole, '') };
}
