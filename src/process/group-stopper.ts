/** When and how a child is told to end. */
export interface StopRules {
  /** Milliseconds until the graceful stop; undefined waits for ever. */
  readonly timeoutMs?: number | undefined;
  /** Milliseconds between SIGTERM and SIGKILL; 10 000 unless given. pgBackRest needs a moment to stop its workers. */
  readonly graceMs?: number | undefined;
  /** Aborting stops the child gracefully, then forcefully. */
  readonly signal?: AbortSignal | undefined;
}

/** SIGTERM to a child's process group, and SIGKILL when that did not end it in time. */
export class GroupStopper {
  reason: 'timeout' | 'abort' | undefined;
  readonly #group: () => number | undefined;
  readonly #graceMs: number;
  readonly #signal: AbortSignal | undefined;
  readonly #onAbort = (): void => this.#stop('abort');
  readonly #timers: NodeJS.Timeout[] = [];

  /** @param group the number of the group; undefined while or when there is none to be told */
  constructor(group: () => number | undefined, rules: StopRules) {
    this.#group = group;
    this.#graceMs = rules.graceMs ?? 10_000;
    this.#signal = rules.signal;
    // A longer time than a timer can hold (24 days) would fire at once.
    if (rules.timeoutMs !== undefined && rules.timeoutMs < 2 ** 31) {
      this.#timers.push(setTimeout(() => this.#stop('timeout'), rules.timeoutMs));
    }
    if (this.#signal?.aborted) this.#stop('abort');
    else this.#signal?.addEventListener('abort', this.#onAbort, { once: true });
  }

  #stop(reason: 'timeout' | 'abort'): void {
    if (this.reason !== undefined) return;
    this.reason = reason;
    this.#send('SIGTERM');
    this.#timers.push(setTimeout(() => this.#send('SIGKILL'), this.#graceMs));
  }

  #send(signal: NodeJS.Signals): void {
    const group = this.#group();
    if (group !== undefined) signalGroup(group, signal);
  }

  release(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#signal?.removeEventListener('abort', this.#onAbort);
  }
}

/** Sends a signal to a whole process group; one that has ended meanwhile is what was wanted. */
export function signalGroup(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-group, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
