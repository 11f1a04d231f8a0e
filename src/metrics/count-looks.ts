import type { Looks } from '../jobs/observe/looks.ts';
import type { ArchiveObservation } from '../status/archive-observation.ts';
import type { MetricsRecorder } from './metrics.ts';

/** One look that ended: `elapsedMs` from its beginning; `requests` are commands of the engine, where it tells them. */
export interface LookRecord {
  readonly look: keyof Looks;
  readonly stanza: string;
  /** Empty where the look is at a stanza. */
  readonly repository: string;
  readonly result: 'ok' | 'failed';
  readonly elapsedMs: number;
  readonly requests: number;
}

/**
 * Looks that tell the metrics how they went.
 *
 * @param deps.recorder asked for at each look, because the looks are made before the metrics
 * @param deps.monotonic milliseconds by a clock that never goes back
 */
export function countLooks(
  looks: Looks,
  { recorder, monotonic }: { recorder: () => MetricsRecorder; monotonic: () => number },
): Looks {
  const count = async <Value>(
    about: Pick<LookRecord, 'look' | 'stanza' | 'repository'>,
    look: () => Promise<Value>,
    requestsOf: (value: Value) => number,
  ): Promise<Value> => {
    const begin = monotonic();
    const tell = (result: LookRecord['result'], requests: number): void =>
      recorder().looked({ ...about, result, requests, elapsedMs: monotonic() - begin });
    try {
      const value = await look();
      tell('ok', requestsOf(value));
      return value;
    } catch (error) {
      tell('failed', 0);
      throw error;
    }
  };
  return {
    catalogue: (stanza, signal, repository) =>
      count(
        { look: 'catalogue', stanza: stanza.name, repository: repository?.name ?? '' },
        () => looks.catalogue(stanza, signal, repository),
        () => 1,
      ),
    primary: (stanza, signal) =>
      count(
        { look: 'primary', stanza: stanza.name, repository: '' },
        () => looks.primary(stanza, signal),
        () => 0,
      ),
    archive: (stanza, repository, known, signal) =>
      count<ArchiveObservation>(
        { look: 'archive', stanza: stanza.name, repository: repository.name },
        () => looks.archive(stanza, repository, known, signal),
        ({ requests }) => requests,
      ),
  };
}
