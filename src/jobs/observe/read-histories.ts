import type { EngineProgram } from '../../engine/engine.ts';
import { readRepositoryFile } from '../../engine/repo-get.ts';
import { isFailure } from '../../model/failure.ts';
import { historyFileName, parseHistory, type TimelineSwitch } from '../../model/wal.ts';

/** Where the history files of an archive lie, and when that is. */
export interface HistoriesToRead {
  readonly engine: EngineProgram;
  readonly stanza: string;
  readonly repositoryKey: number;
  /** Of the repository: a file that is read again may give its number to another one. */
  readonly repositoryPlace: readonly string[];
  /** `15-1`. */
  readonly archiveId: string;
  /** Epoch milliseconds. */
  readonly now: number;
  readonly signal: AbortSignal;
  readonly onSpawn?: ((pid: number) => void) | undefined;
}

/** An archive has one for each promotion; more than these are read in later looks. */
const mostAtOnce = 20;
/** The engine lets a history file be replaced (archive-push checks only segments), so each is read again at times. */
const keepMs = 60 * 60_000;

interface KeptHistory {
  readonly readAt: number;
  readonly history: readonly TimelineSwitch[];
}

/** History files of archives as they were read, so that a look every few minutes does not get them again. */
export class HistoryCache {
  readonly #kept = new Map<string, KeptHistory>();

  /**
   * The histories of these timelines. One that is not there, or is none, is left out.
   *
   * @returns by timeline, with how many commands it took
   * @throws Failure as readRepositoryFile, but not when a file is not there
   */
  async read(
    place: HistoriesToRead,
    timelines: readonly number[],
  ): Promise<{ readonly histories: Map<number, readonly TimelineSwitch[]>; readonly requests: number }> {
    const histories = new Map<number, readonly TimelineSwitch[]>();
    let requests = 0;
    for (const timeline of timelines) {
      const key = JSON.stringify([place.stanza, ...place.repositoryPlace, place.archiveId, timeline]);
      const kept = this.#kept.get(key);
      const isFresh = kept !== undefined && Math.abs(place.now - kept.readAt) < keepMs;
      if (!isFresh && requests < mostAtOnce) {
        requests += 1;
        const history = await readStored(place, timeline);
        if (history !== undefined) this.#kept.set(key, { readAt: place.now, history });
      }
      const known = this.#kept.get(key);
      if (known !== undefined) histories.set(timeline, known.history);
    }
    return { histories, requests };
  }
}

async function readStored(place: HistoriesToRead, timeline: number): Promise<TimelineSwitch[] | undefined> {
  const { engine, stanza, repositoryKey, archiveId, signal, onSpawn } = place;
  const path = `archive/${stanza}/${archiveId}/${historyFileName(timeline)}`;
  try {
    const bytes = await readRepositoryFile(engine, { stanza, repositoryKey, path }, { signal, onSpawn });
    return parseHistory(bytes.toString('utf8'));
  } catch (error) {
    if (isFailure(error, 'nothing-found')) return undefined;
    throw error;
  }
}
