import { readInfoFile } from '../../engine/info-file.ts';
import type { EngineProgram } from '../../engine/engine.ts';
import { readRepositoryFile } from '../../engine/repo-get.ts';
import { Failure, isFailure } from '../../model/failure.ts';
import {
  isSound,
  type InfoCopy,
  type InfoFilesObservation,
  type InfoPair,
} from '../../status/info-files-observation.ts';
import type { Clock } from '../job-deps.ts';

/** Where the files lie, and what reads them. */
export interface InfoFilesPlace {
  readonly engine: EngineProgram;
  readonly stanza: string;
  readonly repositoryKey: number;
  readonly clock: Pick<Clock, 'now' | 'sleep'>;
  /** Seconds within which everything of an archive is looked at again: `watch.recheck`. */
  readonly recheck: number;
  readonly signal: AbortSignal;
  readonly onSpawn?: ((pid: number) => void) | undefined;
}

/** As long as both copies were sound they are not read again for so long: each reading is four requests to a store. */
const keepMs = 60 * 60_000;
/** The engine writes one copy right after the other; what differs for longer is not being written. */
const settleMs = 2000;

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
    const { stanza, repositoryKey, clock, recheck } = place;
    const key = `${stanza}/${repositoryKey}`;
    const kept = this.#kept.get(key);
    const age = kept === undefined ? undefined : clock.now() - kept.seenAt;
    const isFresh = age !== undefined && age >= 0 && age < Math.min(keepMs, recheck * 1000);
    if (kept?.pairs.every(isSound) === true && isFresh) return { infoFiles: kept, requests: 0 };
    const reading = new Reading(place);
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

/** One look, which counts what it asks. */
class Reading {
  requests = 0;
  readonly #place: InfoFilesPlace;

  constructor(place: InfoFilesPlace) {
    this.#place = place;
  }

  /** A pair that is not sound is read again until two readings agree: it may be being written. */
  async settled(path: string): Promise<InfoPair> {
    const { clock, signal } = this.#place;
    let pair = await this.#readPair(path);
    for (let attempt = 0; attempt < 3 && !isSound(pair); attempt += 1) {
      await clock.sleep(settleMs, signal);
      const again = await this.#readPair(path);
      const isSettled = JSON.stringify(again) === JSON.stringify(pair);
      pair = again;
      if (isSettled) break;
    }
    return pair;
  }

  async #readPair(path: string): Promise<InfoPair> {
    const main = await this.#read(path);
    const copy = await this.#read(`${path}.copy`);
    // With neither of both it is the repository that cannot be read, or that has no stanza: others say so.
    if (main instanceof Failure && copy instanceof Failure) throw main;
    return { path, main: stateOf(main), copy: stateOf(copy) };
  }

  async #read(path: string): Promise<InfoCopy | Failure> {
    const { engine, stanza, repositoryKey, signal, onSpawn } = this.#place;
    this.requests += 1;
    try {
      const bytes = await readRepositoryFile(engine, { stanza, repositoryKey, path }, { signal, onSpawn });
      return readInfoFile(bytes);
    } catch (error) {
      if (isFailure(error) && !isFailure(error, 'interrupted', 'timed-out')) return error;
      throw error;
    }
  }
}

/** The engine names a missing info file as a missing stanza: engine/engine-failure.ts. */
function stateOf(read: InfoCopy | Failure): InfoCopy {
  if (!(read instanceof Failure)) return read;
  if (read.kind === 'nothing-found' || read.kind === 'stanza-missing') return { state: 'missing' };
  return { state: 'damaged', problem: read.problem };
}
