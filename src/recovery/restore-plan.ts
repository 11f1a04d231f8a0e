import type { CopyBounds } from '../model/copy.ts';
import type { BackupSet } from '../model/backup-set.ts';
import type { Finding } from '../model/finding.ts';
import type { RestoreTarget } from '../model/restore-target.ts';
import type { ClusterPlan } from './patroni/cluster-plan.ts';

/**
 * Where the restored cluster goes.
 * - `in-place`: the old data directory is moved aside, a new one is made under the old path.
 * - `delta`: files are restored over the old directory, after a copy of what that would lose.
 * - `into`: another directory; never archives, own port, nothing of production's is touched.
 */
export type RestoreMode = 'in-place' | 'delta' | 'into';

/** The steps in the order in which they run; each is journaled before and after. */
export const restoreStepNames = [
  'pause-patroni', // a whole Patroni cluster: from here on it starts, stops and promotes nothing
  // in-place, delta; server running: end a transaction (a time target needs one after it, and a restore point is none),
  // switch WAL and wait until it is archived, so that nothing is only local
  'flush-wal',
  'stop-server', // in-place, delta; server running
  'salvage-wal', // in-place, delta: copy WAL that is not in the archive (complete and partial) into the salvage directory
  'move-aside', // in-place: rename the data directory; delta: copy what delta would lose
  'restore-files', // the engine
  'prepare-server', // settings of its own for `into`; salvaged WAL into pg_wal; parameters not lower than the primary's
  'start-server',
  'recover', // wait for the target with progress; paused there unless the target is latest
  'prove-target', // target reached, right timeline
  'promote',
  'prove-write',
  'hand-over', // stop the server again: another container runs it, which a person starts
  // a whole Patroni cluster
  'take-over', // Patroni gives the server the leader's lock and restarts it as its own
  'full-backup',
  'rebuild-replicas',
  'end-pause',
  'follow-replicas', // every replica streams on the new timeline
] as const;
export type RestoreStepName = (typeof restoreStepNames)[number];

/** One thing a restore does, in words and as the plain commands that would do the same. */
export interface RestoreStep {
  readonly name: RestoreStepName;
  readonly title: string;
  /** What a person could type instead, secrets left out. */
  readonly commands: readonly string[];
}

/** The target as PostgreSQL and the engine take it. */
export interface ResolvedTarget {
  readonly target: RestoreTarget;
  /** `--type` of pgbackrest restore. */
  readonly type: 'default' | 'immediate' | 'time' | 'xid' | 'lsn' | 'name';
  /** `--target`: a time is always in UTC with `+00`. Undefined for latest and immediate. */
  readonly value: string | undefined;
  /** What is printed: for a time the instant in the user's zone and in UTC. */
  readonly description: string;
  /** `--target-timeline`, always explicit. */
  readonly timeline: number;
  /**
   * Where recovery will stop, as read from the WAL: for a time the first commit or abort that is younger (it is not
   * replayed), for a transaction or restore point its own record (it is). Undefined where nothing was looked up, and
   * where the record that stops recovery is only written by `flush-wal`.
   */
  readonly stop?: WalPoint | undefined;
  /** The last commit or abort before `stop`: what the restored cluster ends with. */
  readonly lastTransaction?: WalPoint | undefined;
}

/** A record of the WAL, as plain data. */
export interface WalPoint {
  /** `0/3000148`. */
  readonly lsn: string;
  /** ISO 8601, UTC, microseconds. */
  readonly time: string;
  readonly xid: number;
}

/** A target near the refused one that works, ready to be typed. */
export interface NearestTarget {
  /** The options: `--to '2026-11-20 09:30:00+00'`. */
  readonly options: string;
  /** Why this one: `the last commit before the hole`. */
  readonly description: string;
}

/** How long a restore will take, by how long restores from that repository took. Seconds. */
export interface RestoreEstimate {
  readonly seconds: number;
  /** What such estimates were wrong by before: it will take from this long to this long. */
  readonly lowSeconds: number;
  readonly highSeconds: number;
  readonly restoreSeconds: number;
  readonly replaySeconds: number;
  /** False: so much WAL was never replayed here, and its time is not in the estimate. */
  readonly replayKnown: boolean;
  readonly otherSeconds: number;
  /** Restores, clones and drills that it is made from. */
  readonly samples: number;
}

/** What the store charges for reading, by its list price. */
export interface EgressCost {
  readonly provider: string;
  readonly amount: number;
  readonly currency: string;
  /** For each GB as the store counts them: 10^9 bytes, or 2^30 (model/store-prices.json). */
  readonly perGigabyte: number;
  /** Where the price comes from, and of when: `list price of 2026-09`, `holdfast.yaml`. */
  readonly source: string;
  /** What the list price leaves out, in words. */
  readonly remark: string | undefined;
}

/** A repository that would do as well. */
export interface RepositoryAlternative {
  readonly repository: string;
  /** Undefined: nothing was ever restored from there. */
  readonly seconds: number | undefined;
  readonly egress: EgressCost | undefined;
}

/** A directory that will receive bytes. */
export interface DiskNeed {
  readonly path: string;
  readonly neededBytes: number;
  readonly availableBytes: number;
}

/** WAL that recovery will read. */
export interface WalNeed {
  /** First segment: where the set's redo begins. */
  readonly first: string;
  /** Last segment known to be needed; undefined when it cannot be told (latest: whatever is there). */
  readonly last: string | undefined;
  readonly segmentCount: number;
  /** Bytes as stored in the repository. */
  readonly storedBytes: number;
  /** Missing inside the range. Not empty only in a refused plan. */
  readonly missing: readonly string[];
  /** Segments that are only in the local pg_wal and will be salvaged. */
  readonly localOnly: readonly string[];
  /** Time of the last commit that can be recovered (ISO 8601, UTC), as read from the WAL itself. */
  readonly lastCommitTime: string | undefined;
}

export interface ParameterNeed {
  readonly name: string;
  /** The primary's value when the WAL was written (pg_controldata). */
  readonly needed: number;
  /** What the restored server would be started with; undefined when not known. */
  readonly configured: number | undefined;
}

export interface TablespaceMapping {
  readonly oid: string;
  readonly name: string | undefined;
  readonly from: string;
  readonly to: string;
}

/**
 * Everything a restore would do: data that can be printed, stored, reviewed and applied. Contains no secret.
 * `refusals` not empty means that it must not be applied.
 */
export interface RestorePlan {
  readonly planVersion: 1;
  /** Also the name of the operation in the journal: `restore-20261120T103000Z-3f2a`. */
  readonly id: string;
  readonly createdAt: string;
  readonly stanza: string;
  readonly mode: RestoreMode;
  readonly target: ResolvedTarget;
  readonly repository: { readonly name: string; readonly key: number };
  readonly set: {
    readonly label: string;
    readonly type: BackupSet['type'];
    readonly stopTime: number;
    readonly archiveStart: string;
    readonly archiveStop: string;
    /** Where the WAL of its cluster lies in the repository, `15-1`. */
    readonly archiveId: string;
  };
  /** Why this set and this repository, and what was passed over. */
  readonly reasons: readonly string[];
  readonly wal: WalNeed;
  readonly bytes: { readonly cluster: number; readonly download: number };
  /** Undefined: nothing was ever restored from this repository, so that nobody knows. */
  readonly estimate?: RestoreEstimate | undefined;
  /** Undefined where reading costs nothing, or nobody knows what. */
  readonly egress?: EgressCost | undefined;
  /** Other repositories with sets, as far as their speed or price is known. */
  readonly alternatives?: readonly RepositoryAlternative[] | undefined;
  readonly disk: readonly DiskNeed[];
  readonly versions: {
    readonly engine: string;
    readonly postgres: string;
    readonly installed: string | undefined;
  };
  readonly parameters: readonly ParameterNeed[];
  readonly tablespaces: readonly TablespaceMapping[];
  /** Symbolic links inside the data directory (pg_wal elsewhere): where they lead and what happens to them. */
  readonly links: readonly {
    readonly path: string;
    readonly destination: string;
    readonly treatment: string;
  }[];
  readonly server: {
    readonly running: boolean;
    readonly pid: number | undefined;
    readonly control: 'pg_ctl' | 'pg_ctlcluster' | 'systemd';
    readonly unit: string | undefined;
    readonly binDirectory: string;
    readonly port: number;
    readonly socketDirectory: string;
    /** `postgresql.conf` outside the data directory (Debian), if any. */
    readonly configFile: string | undefined;
    /** Another container runs it: with what a person stops and starts it. */
    readonly elsewhere?: { readonly stop: string; readonly start: string } | undefined;
    /** It runs and lets clients in. */
    readonly accepting?: boolean | undefined;
    readonly inRecovery?: boolean | undefined;
  };
  /** Patroni, where the stanza names it: what it answered, or why nothing is known of it. */
  readonly patroni:
    | {
        readonly url: string;
        readonly role: string | undefined;
        readonly problem: string | undefined;
        /** The members; undefined for a copy, and where not enough could be learned. */
        readonly cluster?: ClusterPlan | undefined;
      }
    | undefined;
  readonly directories: {
    /** The directory the cluster will live in. */
    readonly data: string;
    /** Where the old one goes (in-place) or the copy of what delta would lose; undefined for `into`. */
    readonly aside: string | undefined;
    /** Salvaged WAL; undefined for `into`. */
    readonly salvage: string | undefined;
    /** `into`: where the engine keeps lock and spool of the copy, apart from production's; else undefined. */
    readonly engine?: string | undefined;
    /**
     * In-place: the version's directory inside each tablespace (`/ts/a/PG_15_202209061`) and the name beside it that it
     * gets. Renamed inside its own file system, and the engine looks into no other directory of a tablespace.
     */
    readonly tablespaces?: readonly { readonly path: string; readonly aside: string }[] | undefined;
  };
  /** Only the files of these databases; all others come as zeros. Undefined: all databases. */
  readonly databases?: readonly string[] | undefined;
  /** Give the engine `--link-all`: delta, where links already lead to the right places. */
  readonly linkAll?: boolean | undefined;
  /** Of a copy on a host that has no node of the stanza: the engine must not look for production on its own host. */
  readonly productionElsewhere?: boolean | undefined;
  /** Of a copy beside production: how much it may take of its host. */
  readonly bounds?: CopyBounds | undefined;
  /** Of a copy that is to be reached over the network: `listen_addresses`. */
  readonly listenAddresses?: readonly string[] | undefined;
  readonly owner: {
    readonly name: string;
    readonly uid: number;
    readonly gid: number;
    readonly home: string;
  };
  readonly steps: readonly RestoreStep[];
  readonly undo: readonly string[];
  readonly refusals: readonly Finding[];
  /** With a refused target: the nearest ones that work. */
  readonly nearest?: readonly NearestTarget[] | undefined;
  readonly warnings: readonly Finding[];
}
