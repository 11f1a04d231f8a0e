import { readInfoFile } from '../../engine/info-file.ts';
import type { EngineProgram } from '../../engine/engine.ts';
import { readRepositoryFile } from '../../engine/repo-get.ts';
import { Failure, isFailure } from '../../model/failure.ts';
import { isSound, type InfoCopy, type InfoPair } from '../../status/info-files-observation.ts';
import type { Clock } from '../job-deps.ts';

/** Where the files lie, and what reads them. */
export interface InfoPlace {
  readonly engine: EngineProgram;
  readonly stanza: string;
  readonly repositoryKey: number;
  readonly clock: Pick<Clock, 'now' | 'sleep'>;
  readonly signal: AbortSignal;
  readonly onSpawn?: ((pid: number) => void) | undefined;
}

/** The engine writes one copy right after the other; what differs for longer is not being written. */
const settleMs = 2000;

/**
 * Reads both copies of an info file through the engine, which decrypts them, and proves each by the checksum in it. It
 * counts what it asks.
 */
export class InfoPairReader {
  /** Commands of the engine so far. */
  requests = 0;
  readonly #place: InfoPlace;

  constructor(place: InfoPlace) {
    this.#place = place;
  }

  /**
   * A pair that is not sound is read again until two readings agree: it may be being written.
   *
   * @param path `backup/main/backup.info`
   * @throws Failure as readRepositoryFile, when neither copy could be read
   */
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
