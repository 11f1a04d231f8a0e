import type { Journal, RunBeat } from '../../store/journal.ts';
import type { Clock } from '../job-deps.ts';

const everyMs = 5000;

/** The sign of life of one run. Disposing ends it. */
export interface Heartbeat extends Disposable {
  /** What the next beat will tell. */
  note(progress: Pick<RunBeat, 'bytesDone' | 'bytesTotal'>): void;
}

/** Notes in the journal every five seconds that a run is alive, and how far it is. */
export function keepBeating(
  runId: string,
  deps: { readonly journal: Journal; readonly clock: Clock },
): Heartbeat {
  const end = new AbortController();
  let latest: Pick<RunBeat, 'bytesDone' | 'bytesTotal'> = { bytesDone: undefined, bytesTotal: undefined };
  const beat = async (): Promise<void> => {
    while (!end.signal.aborted) {
      deps.journal.beat(runId, latest);
      await deps.clock.sleep(everyMs, end.signal).catch(() => {});
    }
  };
  // A journal that can no longer be written ends the run where its result is written.
  void beat().catch(() => {});
  return {
    note: (progress) => void (latest = progress),
    [Symbol.dispose]: () => end.abort(),
  };
}
