import type { ChannelTest } from '../notify/send-once.ts';
import type { JobEvent, JobRequest } from '../model/job.ts';
import type { ArchiveDocument } from '../status/document-archive.ts';

/**
 * What a command and the daemon say to each other over `holdfast.sock` in the state directory: one JSON document a
 * line in both directions. The socket belongs to the engine's user and has mode 0600: who may open it may run backups
 * anyway. One connection carries one request; closing it withdraws what it asked for (`hold` ends, a job submitted with
 * `attached` is stopped). Who closes only its own side still hears how that ended.
 */
export type ControlRequest =
  | { readonly ask: 'status' }
  /** The daemon's queue does these, in this order; `attached`: stop them when this connection closes. */
  | { readonly ask: 'submit'; readonly jobs: readonly JobRequest[]; readonly attached: boolean }
  | { readonly ask: 'cancel'; readonly runId: string }
  /** Nothing of this stanza is begun while this connection is open (a restore); waits for what runs. */
  | { readonly ask: 'hold'; readonly stanza: string; readonly why: string }
  /** Sends a test message to these channels, or to all; none of it is queued. */
  | { readonly ask: 'test-channels'; readonly channels: readonly string[] }
  /** What was seen of the WAL archives of all stanzas, and when. */
  | { readonly ask: 'archives' }
  /** What is wrong, and all that is known: as `/health`. */
  | { readonly ask: 'health' }
  | { readonly ask: 'reload' };

export type ControlAnswer =
  | { readonly answer: 'status'; readonly status: Readonly<Record<string, unknown>> }
  /** A HealthDocument. */
  | { readonly answer: 'health'; readonly health: Readonly<Record<string, unknown>> }
  /** `ahead`: jobs that go before it. `heldFor`: why it waits although nothing does. */
  | {
      readonly answer: 'queued';
      readonly jobs: readonly {
        readonly job: number;
        readonly ahead: number;
        readonly heldFor?: string | undefined;
      }[];
    }
  /** `job`: index in the request's `jobs`. */
  | { readonly answer: 'event'; readonly job: number; readonly event: JobEvent }
  /** A JobOutcome whose failure is Failure.toJSON(). */
  | { readonly answer: 'outcome'; readonly job: number; readonly outcome: Readonly<Record<string, unknown>> }
  /** How what followed a job by itself ended, in the same form: the expire after a backup. */
  | { readonly answer: 'followed'; readonly job: number; readonly outcome: Readonly<Record<string, unknown>> }
  | { readonly answer: 'tested'; readonly tests: readonly ChannelTest[] }
  | { readonly answer: 'archives'; readonly archives: readonly ArchiveDocument[] }
  | { readonly answer: 'held' }
  | { readonly answer: 'done'; readonly note: string }
  | { readonly answer: 'failure'; readonly failure: Readonly<Record<string, unknown>> };
