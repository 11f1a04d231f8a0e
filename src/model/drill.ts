/** To which moment a drill restores, besides the targets of a restore. */
export const drillTargets = ['random', 'latest', 'oldest', 'each'] as const;
/**
 * - `random`: a moment inside the contiguous window, another one each time
 * - `latest`: everything that was archived
 * - `oldest`: the moment right after the oldest set
 * - `each`: the set that was never drilled, or drilled longest ago, and a random moment between it and the next set
 */
export type DrillTarget = (typeof drillTargets)[number];

/**
 * What a drill can check, in the order in which it is done.
 * - `target`: the moment was reached on the right timeline (always done)
 * - `heartbeat`: the last heartbeat is there, and from it what would have been lost
 * - `extensions`: every extension's library loads, and the settings that hold data are those of production
 * - `queries`: the SQL of holdfast.yaml gives what it should
 * - `counts`: rows of the tables against the drill before
 * - `amcheck`: pg_amcheck of heap and B-tree indexes
 * - `read`: everything is read once, by dumping it to nowhere
 * - `write`: a row is written after the promotion
 * - `checksums`: pg_checksums of every page, when the server is down
 */
export const drillChecks = [
  'target',
  'heartbeat',
  'extensions',
  'queries',
  'counts',
  'amcheck',
  'read',
  'write',
  'checksums',
] as const;
export type DrillCheck = (typeof drillChecks)[number];

/** Where a drill that passed is noted besides the journal: as an annotation of the set, or nowhere. */
export const drillProofPlaces = ['set', 'journal'] as const;

/** What all drills of a stanza have in common. */
export interface DrillRules {
  readonly queries: readonly DrillQuery[];
  readonly counts?: DrillCountRules | undefined;
  readonly amcheck?: DrillAmcheckRules | undefined;
  readonly proof: (typeof drillProofPlaces)[number];
}

/** How rows are counted and compared. */
export interface DrillCountRules {
  /** A table that lost more than this share of its rows since the drill before, 0 to 1, fails. Undefined: it is only told. */
  readonly shrink?: number | undefined;
  /** Larger tables are estimated from the catalog. Bytes; 64 MiB where it is not said. */
  readonly exactBelow?: number | undefined;
}

/** How thorough pg_amcheck is. */
export interface DrillAmcheckRules {
  /** Whether each row is looked up in each B-tree index: undefined does so where databases have up to 64 GiB. */
  readonly heapAllIndexed?: boolean | undefined;
}

/** SQL of the user's that must give a certain answer on the restored cluster. */
export interface DrillQuery {
  readonly name: string;
  readonly database: string;
  readonly sql: string;
  /** The first value of the first row as text: equal to this, or `> 0`, `>= 10`, `< 5`, `<= 5`, `<> 0` as numbers. */
  readonly expect: string;
}

/** What a drill shall do, as a schedule line or a person says it. JSON: it travels with the job. */
export interface DrillWish {
  readonly target: DrillTarget | DrillGivenTarget;
  readonly checks: readonly DrillCheck[];
  /** Names; the one that was drilled longest ago is taken. Empty: all of the stanza. */
  readonly repositories: readonly string[];
  /** Undefined: the one of the cluster. */
  readonly timeline?: number | undefined;
  /** Milliseconds for which the restored server stays as a clone; undefined: it is torn down. */
  readonly keepMs?: number | undefined;
}

/** A target as `restore --to` takes it. */
export interface DrillGivenTarget {
  readonly to: string;
  /** The zone of a time that has none. */
  readonly timezone?: string | undefined;
}

export const drillCheckResults = ['passed', 'failed', 'not-done', 'not-applicable'] as const;

/** What came out of one check. */
export interface DrillCheckResult {
  readonly check: DrillCheck;
  /** Both of the last say nothing good: `not-done` could not be (no pg_amcheck), `not-applicable` had nothing to look at (no page checksums, no queries). */
  readonly result: (typeof drillCheckResults)[number];
  /** One sentence: lower case, no full stop. */
  readonly detail: string;
  readonly elapsedMs: number;
  /** What was measured: pages, rows, differences. JSON. */
  readonly facts: Readonly<Record<string, unknown>>;
}

/** The phases in order; `checks` is all checks together. */
export const drillPhases = ['plan', 'restore', 'start', 'recover', 'promote', 'checks', 'tear-down'] as const;
export type DrillPhase = (typeof drillPhases)[number];

/** A phase begins, or a check has ended. JSON. */
export type DrillEvent =
  | { readonly kind: 'phase'; readonly phase: DrillPhase }
  | { readonly kind: 'check'; readonly result: DrillCheckResult };

/** What a drill was and what it showed: the evidence. JSON; times are ISO texts in UTC. */
export interface DrillReport {
  readonly version: 1;
  /** Of the run in the journal. */
  readonly id: string;
  readonly stanza: string;
  readonly repository: string;
  readonly set: { readonly label: string; readonly type: string; readonly endedAt: string };
  readonly target: {
    readonly asked: string;
    readonly resolved: string;
    /** Commit time of the last transaction that is there; null where nothing tells. */
    readonly reached: string | null;
    readonly timeline: number;
  };
  readonly host: string;
  readonly engine: string;
  readonly postgres: string;
  readonly startedAt: string;
  readonly endedAt: string;
  readonly result: 'passed' | 'failed' | 'interrupted';
  /** Why it did not pass, one sentence each. */
  readonly problems: readonly string[];
  readonly phases: readonly { readonly phase: DrillPhase; readonly elapsedMs: number }[];
  readonly checks: readonly DrillCheckResult[];
  readonly measured: DrillMeasurements;
}

/** What a drill measured. Null: it could not be. */
export interface DrillMeasurements {
  readonly restoredBytes: number | null;
  readonly restoreBytesPerSecond: number | null;
  readonly walBytes: number | null;
  readonly replayBytesPerSecond: number | null;
  /** Between the newest heartbeat (or commit) that came back and the moment that was asked for; only of `latest`. */
  readonly rpoSeconds: number | null;
  /** From the beginning of the restore until the server took writes. */
  readonly copySeconds: number | null;
  /** What a restore of production would take, and by how much such an estimate was wrong before, as a ratio. */
  readonly rtoSeconds: number | null;
  readonly rtoError: number | null;
}
