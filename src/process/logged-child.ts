import type { Writable } from 'node:stream';
import type { RunAs } from './run-command.ts';
import type { ProcessIdentity } from './process-identity.ts';

/** A child whose output goes into a file, so that it can outlive the Holdfast that started it. */
export interface LoggedChildSpec {
  readonly command: string;
  readonly args: readonly string[];
  /** The complete environment: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  readonly runAs?: RunAs | undefined;
  /** Made with mode 0640, appended to; stdout and stderr both go there. */
  readonly logFile: string;
  /** Open in the child as further descriptors (3, 4, …) as long as it lives. */
  readonly inherit?: readonly Writable[] | undefined;
  /** Milliseconds until the graceful stop; undefined waits for ever. */
  readonly timeoutMs?: number | undefined;
  /** Milliseconds between SIGTERM and SIGKILL, both to the whole group. */
  readonly graceMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onSpawn?: ((identity: ProcessIdentity) => void) | undefined;
  /** Whole lines of the file as they come. */
  readonly onLine?: ((line: string) => void) | undefined;
}

/** How it ended. `code` is undefined when a signal ended it, or when it was adopted and so has no parent to tell. */
export interface LoggedChildEnd {
  readonly code: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
  readonly stopped: 'timeout' | 'abort' | undefined;
  readonly elapsedMs: number;
}
