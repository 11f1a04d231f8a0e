import { isSound, type InfoFilesObservation } from '../../status/info-files-observation.ts';
import { InfoPairReader, type InfoPlace } from './read-info-pair.ts';

/** Where the files lie, what reads them, and how often. */
export interface InfoFilesPlace extends InfoPlace {
  /** Of the repository: a file that is read again may give its number to another one. */
  readonly repositoryPlace: readonly string[];
  /** Seconds within which everything of an archive is looked at again: `watch.recheck`. */
  readonly recheck: number;
}

/** As long as both copies were sound they are not read again for so long: each reading is four requests to a store. */
const keepMs = 60 * 60_000;

/**
 * Both copies of the two info files of each repository, read through the engine (which decrypts them) and proven by the
 * checksum in them. The engine itself reads the first that is good and says nothing of the other, until that is bad too
 * (pgBackRest `src/info/info.c`, infoLoad).
 */
export class InfoFiles {
  readonly #kept = new Map<string, InfoFilesObservation>();

  /**
   * @returns with how many commands of the engine it took now
   * @throws Failure as readRepositoryFile, when neither copy of a file could be read
   */
  async look(
    place: InfoFilesPlace,
  ): Promise<{ readonly infoFiles: InfoFilesObservation; readonly requests: number }> {
    const { stanza, repositoryPlace, clock, recheck } = place;
    const key = JSON.stringify([stanza, ...repositoryPlace]);
    const kept = this.#kept.get(key);
    const age = kept === undefined ? undefined : clock.now() - kept.seenAt;
    const isFresh = age !== undefined && age >= 0 && age < Math.min(keepMs, recheck * 1000);
    if (kept?.pairs.every(isSound) === true && isFresh) return { infoFiles: kept, requests: 0 };
    const reading = new InfoPairReader(place);
    const infoFiles = {
      pairs: [
        await reading.settled(`backup/${stanza}/backup.info`),
        await reading.settled(`archive/${stanza}/archive.info`),
      ],
      seenAt: clock.now(),
    };
    this.#kept.set(key, infoFiles);
    return { infoFiles, requests: reading.requests };
  }
}
