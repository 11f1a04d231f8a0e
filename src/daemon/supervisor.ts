import type { Clock } from '../jobs/job-deps.ts';
import { runCommand } from '../process/run-command.ts';

/** Tells the supervisor that started this process how it is: sd_notify(3). */
export interface Supervisor extends AsyncDisposable {
  ready(): void;
  /** Followed by `ready` when the configuration is read. */
  reloading(): void;
  stopping(): void;
  /** One line for `systemctl status`. */
  status(text: string): void;
}

export interface SupervisorDeps {
  /** `NOTIFY_SOCKET`, `WATCHDOG_USEC` and `WATCHDOG_PID` are read. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly path: string;
  readonly pid: number;
  readonly clock: Clock;
  /** Asked before each sign of life: false keeps it back, and the supervisor acts. */
  readonly isAlive: () => boolean;
  /** The supervisor could not be told, which it would take for silence. */
  readonly onFailure: (problem: string) => void;
}

/** Nobody started us who wants to know. */
const alone: Supervisor = {
  ready() {},
  reloading() {},
  stopping() {},
  status() {},
  async [Symbol.asyncDispose]() {},
};

/**
 * Talks to systemd, where it started us.
 *
 * Node has no datagram sockets of Unix, so `systemd-notify` carries each message: the unit needs `NotifyAccess=all`,
 * because the message comes from a child. A sign of life is sent at half the watchdog's time, as sd_watchdog_enabled(3)
 * advises, and only while the daemon says that it is alive.
 */
export function connectSupervisor(deps: SupervisorDeps): Supervisor {
  const socket = deps.env['NOTIFY_SOCKET'];
  if (socket === undefined || socket === '') return alone;
  return new SystemdSupervisor(deps, socket);
}

/**
 * Milliseconds between two signs of life.
 *
 * @returns undefined when systemd does not watch this process, sd_watchdog_enabled(3)
 */
export function watchdogInterval(env: SupervisorDeps['env'], pid: number): number | undefined {
  const microseconds = Number(env['WATCHDOG_USEC']);
  if (!Number.isSafeInteger(microseconds) || microseconds <= 0) return undefined;
  const watched = env['WATCHDOG_PID'];
  if (watched !== undefined && watched !== '' && watched !== String(pid)) return undefined;
  return Math.max(1, Math.floor(microseconds / 2000));
}

class SystemdSupervisor implements Supervisor {
  readonly #deps: SupervisorDeps;
  readonly #socket: string;
  readonly #stop = new AbortController();
  readonly #beating: Promise<void>;
  /** One after the other: READY=1 must not overtake RELOADING=1. */
  #last: Promise<void> = Promise.resolve();
  #failed = false;

  constructor(deps: SupervisorDeps, socket: string) {
    this.#deps = deps;
    this.#socket = socket;
    this.#beating = this.#beat();
  }

  ready(): void {
    this.#send('READY=1');
  }

  reloading(): void {
    // Type=notify-reload wants CLOCK_MONOTONIC in microseconds, which is what hrtime reads.
    this.#send('RELOADING=1', `MONOTONIC_USEC=${process.hrtime.bigint() / 1000n}`);
  }

  stopping(): void {
    this.#send('STOPPING=1');
  }

  status(text: string): void {
    this.#send(`STATUS=${text.replaceAll(/[\r\n]+/g, ' ')}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#beating;
    await this.#last;
  }

  async #beat(): Promise<void> {
    const { env, pid, clock, isAlive } = this.#deps;
    const interval = watchdogInterval(env, pid);
    const { signal } = this.#stop;
    if (interval === undefined) return;
    while (!signal.aborted) {
      if (isAlive()) this.#send('WATCHDOG=1');
      try {
        await clock.sleep(interval, signal);
      } catch (error) {
        if (!signal.aborted) throw error;
      }
    }
  }

  #send(...assignments: readonly string[]): void {
    this.#last = this.#last.then(() => this.#carry(assignments));
  }

  async #carry(assignments: readonly string[]): Promise<void> {
    try {
      const { code, stderr } = await runCommand({
        command: 'systemd-notify',
        args: [...assignments],
        env: { PATH: this.#deps.path, NOTIFY_SOCKET: this.#socket },
        timeoutMs: 5000,
      });
      if (code !== 0) this.#complain(stderr.trim() || `systemd-notify ended with ${String(code)}`);
    } catch (error) {
      this.#complain((error as Error).message);
    }
  }

  /** Once: what is wrong with it stays wrong. */
  #complain(problem: string): void {
    if (this.#failed) return;
    this.#failed = true;
    this.#deps.onFailure(problem);
  }
}
