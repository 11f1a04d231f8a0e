import { judgeExpiry } from '../jobs/expire/plan-expire.ts';
import type { Protection } from '../jobs/expire/protected-sets.ts';
import type { BackupSet, BackupType } from '../model/backup-set.ts';
import type { EngineVersion } from '../model/engine-version.ts';
import type { Retention } from '../model/repository.ts';
import { segmentsOf } from '../model/zone-segments.ts';
import { modelArchiveExpiry, type KeptWal } from './model-archive-expiry.ts';
import { type ExpiryReason, modelExpire } from './model-expire.ts';
import type { SizeModel } from './size-model.ts';
import {
  intersectKept,
  mergeRanges,
  reachedFrom,
  type SetTime,
  subtractRanges,
  type TimeRange,
  windowsOf,
} from './time-range.ts';

/** How a repository is to be simulated. */
export interface SimulationRules {
  readonly retention: Retention;
  readonly engine: EngineVersion;
  /** `holdfast`: pins, proven sets and `retention.minimum` hold. `engine`: as pgBackRest's own expire, which knows none. */
  readonly expireBy: 'holdfast' | 'engine';
  /** Milliseconds that a backup takes. */
  readonly duration: (type: BackupType) => number;
  readonly sizes: SizeModel;
}

/** A set and what became of it. */
export interface SetLife {
  readonly set: BackupSet;
  /** It was there before. */
  readonly real: boolean;
  /** Epoch milliseconds; undefined: it is still there at the end. */
  readonly goneAt: number | undefined;
  readonly reason: ExpiryReason | undefined;
  /** Set once the retention would have let it go, and something else kept it. */
  readonly keptBy: readonly Protection[];
}

/** WAL of a stretch of time that was removed at a moment. */
export interface WalRemoval {
  readonly at: number;
  readonly range: TimeRange;
}

/** A repository in which time passes: backups come, expire takes, WAL is archived all the time. Epoch milliseconds. */
export class SimulatedRepository {
  readonly #rules: SimulationRules;
  readonly #lives = new Map<string, SetLife>();
  readonly #databaseId: number;
  #sets: readonly BackupSet[];
  #setBytes: number;
  #wal: readonly TimeRange[];
  #now: number;
  #lastLabelTime = 0;
  #expires = 0;
  #hasExpired = false;
  readonly #walRemovals: WalRemoval[] = [];

  /** @param begin what is there; its WAL ends at `now` */
  constructor(
    rules: SimulationRules,
    begin: { readonly sets: readonly BackupSet[]; readonly wal: readonly TimeRange[]; readonly now: number },
  ) {
    this.#rules = rules;
    this.#sets = begin.sets.map(withTimes);
    this.#setBytes = bytesOf(this.#sets);
    this.#wal = begin.wal.length === 0 ? [{ from: begin.now, to: begin.now }] : mergeRanges(begin.wal);
    this.#now = begin.now;
    this.#databaseId = begin.sets.at(-1)?.databaseId ?? 1;
    for (const set of this.#sets) this.#note({ set, real: true });
  }

  /** Oldest first by label. */
  get sets(): readonly BackupSet[] {
    return this.#sets;
  }

  get wal(): readonly TimeRange[] {
    return this.#wal;
  }

  get now(): number {
    return this.#now;
  }

  get expires(): number {
    return this.#expires;
  }

  /** A full set was let go already: from then on it is as it will always be. */
  get hasExpired(): boolean {
    return this.#hasExpired;
  }

  get walRemovals(): readonly WalRemoval[] {
    return this.#walRemovals;
  }

  get lives(): readonly SetLife[] {
    return [...this.#lives.values()];
  }

  /** Bytes of all sets. */
  get setBytes(): number {
    return this.#setBytes;
  }

  /** From when to when it can be restored to. */
  windows(): readonly TimeRange[] {
    return windowsOf(this.#times(), this.#wal);
  }

  /** Milliseconds up to now of which every moment can be restored. */
  reach(): number {
    const ends = this.#wal.at(-1)?.to === this.#now;
    const first = ends ? reachedFrom(this.#times(), this.#wal) : undefined;
    return first === undefined ? 0 : this.#now - first;
  }

  #times(): readonly SetTime[] {
    return this.#sets.map(({ startTime, stopTime, archiveStart }) => ({
      startTime,
      stopTime,
      online: archiveStart !== undefined,
    }));
  }

  /** WAL of that time is archived. */
  pass(until: number): void {
    if (until <= this.#now) return;
    const last = this.#wal.at(-1);
    const goesOn = last !== undefined && last.to === this.#now;
    this.#wal = goesOn
      ? [...this.#wal.slice(0, -1), { from: last.from, to: until }]
      : [...this.#wal, { from: this.#now, to: until }];
    this.#now = until;
  }

  /** Takes a set; where there is nothing that it could be built on, a full one, as the engine does. */
  backup(wanted: BackupType): BackupSet {
    const own = this.#sets.filter(({ databaseId }) => databaseId === this.#databaseId);
    const full = own.findLast(({ type }) => type === 'full');
    const type = full === undefined ? 'full' : wanted;
    const prior = type === 'full' ? undefined : type === 'diff' ? full : own.at(-1);
    const start = Math.floor(this.#now / 1000);
    this.pass(start * 1000 + Math.max(1000, this.#rules.duration(type)));
    const stop = Math.floor(this.#now / 1000);
    const { own: delta, whole } = this.#rules.sizes.setBytes({ type, at: this.#now, full });
    const set: BackupSet = {
      label: this.#label(type, prior?.label, start),
      type,
      repositoryKey: own.at(-1)?.repositoryKey ?? 1,
      databaseId: this.#databaseId,
      startTime: start,
      stopTime: stop,
      startLsn: undefined,
      stopLsn: undefined,
      archiveStart: iso(start),
      archiveStop: iso(stop),
      prior: prior?.label,
      references: prior === undefined ? [] : [prior.label],
      size: 0,
      deltaSize: 0,
      repositorySize: whole,
      repositoryDeltaSize: delta,
      error: false,
      annotations: {},
      engineVersion: this.#rules.engine.text,
    };
    this.#sets = [...this.#sets, set];
    this.#setBytes += delta;
    this.#note({ set, real: false });
    return set;
  }

  /** One expire, as it follows each backup. */
  expire(): void {
    this.#expires += 1;
    const { retention, engine, expireBy } = this.#rules;
    const repository = {
      sets: this.#sets,
      databases: [this.#databaseId],
      currentDatabase: this.#databaseId,
    };
    const modelled = modelExpire(repository, retention, this.#now, engine);
    const reasons = new Map(modelled.expired.map(({ label, reason }) => [label, reason]));
    let going: readonly string[] = modelled.expired.map(({ label }) => label);
    let wal: KeptWal | undefined = modelled.wal.get(this.#databaseId);
    if (expireBy === 'holdfast') {
      const outcome = { expiredSets: going, removedArchives: [], warnings: [] };
      const preview = judgeExpiry({ name: '', key: 1, retention }, this.#sets, outcome, this.#now);
      going = preview.sets;
      for (const { label, reasons: keptBy } of preview.kept) this.#note({ label, keptBy });
      if (preview.manner.kind === 'selective') {
        const left = this.#sets.filter(({ label }) => !going.includes(label));
        wal = modelArchiveExpiry({ ...repository, sets: left }, preview.manner.wal).get(this.#databaseId);
      }
    }
    this.#hasExpired ||= this.#sets.some(({ type, label }) => type === 'full' && going.includes(label));
    if (going.length > 0) {
      this.#sets = this.#sets.filter(({ label }) => !going.includes(label));
      this.#setBytes = bytesOf(this.#sets);
    }
    for (const label of going) this.#note({ label, goneAt: this.#now, reason: reasons.get(label) });
    if (wal === undefined) return;
    const left = intersectKept(this.#wal, wal, this.#now);
    for (const range of subtractRanges(this.#wal, left)) this.#walRemovals.push({ at: this.#now, range });
    this.#wal = left;
  }

  #note(change: Partial<SetLife> & { readonly label?: string }): void {
    const label = change.label ?? change.set?.label ?? '';
    const known = this.#lives.get(label);
    const set = change.set ?? known?.set;
    if (set === undefined) return;
    this.#lives.set(label, {
      set,
      real: change.real ?? known?.real ?? false,
      goneAt: change.goneAt ?? known?.goneAt,
      reason: change.reason ?? known?.reason,
      keptBy: change.keptBy ?? known?.keptBy ?? [],
    });
  }

  /** Local time of this host, as the engine names its sets; never one that is not after all others. */
  #label(type: BackupType, prior: string | undefined, start: number): string {
    const local = start * 1000 + segmentsOf(undefined)(start * 1000).offset;
    this.#lastLabelTime = Math.max(local, this.#lastLabelTime + 1000);
    const own = new Date(this.#lastLabelTime)
      .toISOString()
      .replaceAll(/[-:]|\.\d+Z/g, '')
      .replace('T', '-');
    const suffix = `${own}${type === 'full' ? 'F' : type === 'diff' ? 'D' : 'I'}`;
    return prior === undefined ? suffix : `${prior.slice(0, 16)}_${suffix}`;
  }
}

function bytesOf(sets: readonly BackupSet[]): number {
  return sets.reduce((sum, { repositoryDeltaSize }) => sum + repositoryDeltaSize, 0);
}

/** In a simulation time stands for the position in WAL. */
function withTimes(set: BackupSet): BackupSet {
  if (set.archiveStart === undefined) return set;
  return { ...set, archiveStart: iso(set.startTime), archiveStop: iso(set.stopTime) };
}

function iso(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}
