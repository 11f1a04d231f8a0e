import type { Engine } from '../../engine/engine.ts';
import type { Finding } from '../../model/finding.ts';
import type { KeptSessions } from '../../postgres/kept-sessions.ts';
import type { PatroniControl } from '../../postgres/patroni-control.ts';
import type { Connectable } from '../../postgres/query.ts';
import type { ServerGuard } from '../../postgres/server-guard.ts';
import type { Server } from '../../postgres/server.ts';
import type { ProcessIdentity } from '../../process/process-identity.ts';
import type { Actor } from '../../model/actor.ts';
import type { Journal } from '../../store/journal.ts';
import type { ClusterLimits } from '../patroni/cluster-work.ts';
import type { RestorePlan, RestoreStepName } from '../restore-plan.ts';

/** What a restore tells while it goes on. Bytes are bytes, LSNs positions in the WAL, times microseconds since 1970. */
export type RestoreEvent =
  | {
      readonly type: 'step-started';
      readonly step: RestoreStepName;
      readonly title: string;
      /** From 1. */
      readonly number: number;
      readonly count: number;
    }
  | { readonly type: 'step-progress'; readonly step: RestoreStepName; readonly progress: StepProgress }
  | {
      readonly type: 'step-finished';
      readonly step: RestoreStepName;
      readonly elapsedMs: number;
      /** What it came to: lower case, no full stop. */
      readonly summary: string;
    }
  | { readonly type: 'finding'; readonly finding: Finding };

export interface StepProgress {
  readonly bytesDone?: number | undefined;
  readonly bytesTotal?: number | undefined;
  readonly lsn?: bigint | undefined;
  /** Commit time of the last transaction replayed. */
  readonly time?: bigint | undefined;
  /** 0 to 100, where the end is known. */
  readonly percent?: number | undefined;
  readonly message?: string | undefined;
}

/** How long what is not essential may take, milliseconds. */
export interface RestoreLimits {
  /** For the last question to the old server, which may be too sick to answer. */
  readonly flushMs: number;
  /** For the fast shutdown of the old server, before it is told to stop at once. */
  readonly stopMs: number;
  readonly promoteMs: number;
  /** Until the history of the new timeline is archived. */
  readonly archiveMs: number;
  /** How soon recovery is looked at again; more seldom the longer it takes. */
  readonly pollMs: number;
  /** How soon what takes a child is looked at again. */
  readonly slowPollMs: number;
  /** How often a starting server is looked at; the server needs the processors itself. */
  readonly watchMs: number;
}

export const defaultLimits: RestoreLimits = {
  flushMs: 20_000,
  stopMs: 120_000,
  promoteMs: 600_000,
  archiveMs: 60_000,
  pollMs: 15,
  slowPollMs: 50,
  watchMs: 250,
};

export interface RestoreDependencies {
  readonly engine: Engine;
  readonly journal: Journal;
  /**
   * Production's server of this stanza on this host, as `locateServer` finds it before anything changes. On a resume
   * what the journal kept is used, because the data directory may be away.
   */
  readonly server: Server;
  readonly actor: Actor;
  /** The plan was made by this process right before, and nobody was asked since: its set needs no second look. */
  readonly isPlanFresh?: boolean | undefined;
  /** Of the directory that is replaced; the server that is started there gets it too. */
  readonly guard?: ServerGuard | undefined;
  /** Connections that are open already; without it the steps have their own. Closed when they end. */
  readonly sessions?: KeptSessions | undefined;
  /** The command as typed. */
  readonly cause: string;
  /** Of the Holdfast that does it. */
  readonly process: ProcessIdentity | undefined;
  readonly currentUid: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
  readonly emit?: ((event: RestoreEvent) => void) | undefined;
  /** Aborting stops at the next safe place; the restore can then be resumed or undone. */
  readonly signal?: AbortSignal | undefined;
  /** The Patroni of this host, with the right to change something; for the restore of a whole cluster. */
  readonly patroni?: PatroniControl | undefined;
  readonly clusterLimits?: Partial<ClusterLimits> | undefined;
  /** Takes a full backup of the restored cluster. `say` tells how far it is. */
  readonly backUp?: ((say: (message: string) => void) => Promise<StepResult>) | undefined;
  /** Called between any two acts that a crash could separate; tests crash there. */
  readonly checkpoint?: ((place: string) => Promise<void>) | undefined;
  readonly limits?: Partial<RestoreLimits> | undefined;
}

export type Facts = Readonly<Record<string, unknown>>;

/** Everything a step may use. */
export interface RestoreContext {
  readonly plan: RestorePlan;
  /** Production's server, `node.path` being the old directory. */
  readonly production: Server;
  /** The server that is being restored: production's again, or the one beside it. */
  readonly restored: Server & Pick<Connectable, 'sessions'>;
  readonly deps: RestoreDependencies;
  readonly limits: RestoreLimits;
  /** What earlier steps, or earlier attempts at this one, noted. */
  readonly factsOf: (step: RestoreStepName) => Facts;
  readonly findings: Finding[];
  /** Connections to both servers, for as long as the steps run. */
  readonly sessions: KeptSessions;
  readonly checkpoint: (place: string) => Promise<void>;
  readonly progress: (step: RestoreStepName, progress: StepProgress) => void;
}

/** What a step gives back: facts for the journal and a few words for people. */
export interface StepResult {
  readonly facts: Facts;
  readonly summary: string;
}

/** One step. `note` writes facts to the journal at once: what undoing needs must be there before it is done. */
export type StepBody = (
  context: RestoreContext,
  step: { readonly earlier: Facts; readonly note: (facts: Facts) => void },
) => Promise<StepResult>;

/** Notes a finding and tells of it. */
export function addFinding(context: RestoreContext, finding: Finding): void {
  context.findings.push(finding);
  context.deps.emit?.({ type: 'finding', finding });
}
