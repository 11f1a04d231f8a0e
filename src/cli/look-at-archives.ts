import type { Configuration, Stanza } from '../config/configuration.ts';
import { createLooks, deadlines, type Looks } from '../jobs/observe/looks.ts';
import type { LookAtPrimary } from '../jobs/observe/observe-archive.ts';
import { takeSighting } from '../jobs/observe/look-within.ts';
import type { Clock } from '../jobs/job-deps.ts';
import type { Repository } from '../model/repository.ts';
import { type ArchiveDocument, documentArchive } from '../status/document-archive.ts';
import type { PrimaryObservation } from '../status/primary-observation.ts';
import type { Sighting } from '../status/sighting.ts';
import type { CommandContext } from './context.ts';
import { createClock } from './create-clock.ts';
import { askForArchives } from './find-daemon.ts';

/** Some repositories of a stanza. */
export interface ArchivesToSee {
  readonly stanza: Stanza;
  readonly repositories: readonly Repository[];
}

/**
 * What is known of these archives: by the daemon where one runs, which looks every few minutes; otherwise, or with
 * `fresh`, by a look now. What could not be seen says so.
 *
 * @throws Failure daemon-unreachable when a daemon runs that does not answer, journal-damaged, engine-missing
 */
export async function seeArchives(
  { stanza, repositories }: ArchivesToSee,
  context: CommandContext,
  { fresh }: { readonly fresh: boolean },
): Promise<readonly ArchiveDocument[]> {
  const known = fresh ? undefined : await askForArchives(context);
  const isAsked = ({ stanza: name, repository }: ArchiveDocument): boolean =>
    name === stanza.name && repositories.some((one) => one.name === repository);
  return known?.filter(isAsked) ?? lookNow({ stanza, repositories }, context);
}

async function lookNow(
  { stanza, repositories }: ArchivesToSee,
  context: CommandContext,
): Promise<readonly ArchiveDocument[]> {
  const [configuration, journal, engineUser] = await Promise.all([
    context.configuration(),
    context.journal(),
    context.engineUser(),
  ]);
  const clock = createClock();
  const looks = createLooks({
    engine: () => context.engine(),
    journal,
    clock,
    path: context.path,
    currentUid: context.uid,
    engineUser,
  });
  const { signal } = context;
  const primary = primaryLooker(looks, stanza, clock, signal);
  const documents: ArchiveDocument[] = [];
  for (const repository of repositories) {
    const archive = await takeSighting({
      look: (within) => looks.archive(stanza, repository, knownOf(primary, configuration), within),
      clock,
      deadlineMs: deadlines.archive,
      signal,
    });
    const sighting = { stanza: stanza.name, repository: repository.name, archive };
    documents.push(documentArchive(configuration, sighting, clock.now()));
  }
  return documents;
}

function knownOf(primary: LookAtPrimary, { watch }: Configuration): Parameters<Looks['archive']>[2] {
  return { primary, whole: false, recheck: watch.recheck };
}

/** Looks at the primary once for all archives, and again where a later look is needed. */
function primaryLooker(looks: Looks, stanza: Stanza, clock: Clock, signal: AbortSignal): LookAtPrimary {
  let last: { readonly begunAt: number; readonly seen: Promise<Sighting<PrimaryObservation>> } | undefined;
  return async (since) => {
    if (last === undefined || (since !== undefined && last.begunAt < since)) {
      const look = (within: AbortSignal): Promise<PrimaryObservation> => looks.primary(stanza, within);
      last = {
        begunAt: clock.now(),
        seen: takeSighting({ look, clock, deadlineMs: deadlines.primary, signal }),
      };
    }
    return last.seen;
  };
}
