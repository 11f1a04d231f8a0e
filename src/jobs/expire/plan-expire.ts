import type { Engine, EngineRunOptions } from '../../engine/engine.ts';
import { type ExpireOutcome, type RemovedArchive, runExpire } from '../../engine/expire.ts';
import { readCatalogue } from '../../engine/info.ts';
import type { BackupSet, BackupType } from '../../model/backup-set.ts';
import { Failure } from '../../model/failure.ts';
import type { Repository, Retention } from '../../model/repository.ts';
import { judgeProtection, type ProtectedSets, type Protection, type SetsInUse } from './protected-sets.ts';

/** A repository to expire in. */
export type ExpireRepository = Pick<Repository, 'name' | 'key' | 'retention'>;

/** A set that the retention no longer keeps, and that stays all the same. */
export interface KeptSet {
  readonly label: string;
  readonly reasons: readonly Protection[];
  /** The WAL that makes it consistent; it stays with the set. Undefined for an offline backup. */
  readonly wal: { readonly first: string; readonly last: string } | undefined;
  /** Epoch seconds: once the WAL after the set is gone it can be restored to this moment and no later one. */
  readonly stopTime: number;
}

/** How the engine is called. */
export type ExpireManner =
  /** Its retention removes nothing that must stay: once, without more. */
  | { readonly kind: 'plain' }
  /**
   * Set by set, each with all that is built on it; then the WAL by itself, counted as the retention counts it
   * (undefined: it keeps all of it for now).
   */
  | {
      readonly kind: 'selective';
      readonly roots: readonly string[];
      readonly wal: { readonly type: BackupType; readonly count: number } | undefined;
    };

/** What goes and what stays in one repository. */
export interface ExpirePreview {
  readonly repository: ExpireRepository;
  /** Labels in the order of removal. */
  readonly sets: readonly string[];
  /** WAL that the retention no longer covers. That of kept sets stays, and may lie within these ranges. */
  readonly archives: readonly RemovedArchive[];
  readonly kept: readonly KeptSet[];
  readonly manner: ExpireManner;
  /** What the engine warns of: a repository without a retention keeps everything. */
  readonly warnings: readonly string[];
  /** Why the repository could not be asked; then nothing is known of it and nothing is done to it. */
  readonly failure: Failure | undefined;
}

/** What `holdfast expire` would remove: data. */
export interface ExpirePlan {
  readonly stanza: string;
  readonly previews: readonly ExpirePreview[];
}

export interface ExpireRunDeps extends Pick<EngineRunOptions, 'signal' | 'onSpawn'> {
  readonly engine: Engine;
  /** Epoch milliseconds, for pins that have ended. */
  readonly now: () => number;
  /** Sets of a repository, by its name, that are being restored on this host; undefined: none. */
  readonly inUse?: ((repository: string) => SetsInUse) | undefined;
}

/**
 * Asks the engine for each repository what an expire would remove (`--dry-run`), and says what stays all the same.
 * One that fails does not hide what would go in the others.
 *
 * @throws Failure interrupted
 */
export async function planExpire(
  stanza: string,
  repositories: readonly ExpireRepository[],
  deps: ExpireRunDeps,
): Promise<ExpirePlan> {
  const previews: ExpirePreview[] = [];
  for (const repository of repositories) {
    try {
      previews.push(await previewExpire(stanza, repository, deps));
    } catch (error) {
      if (!(error instanceof Failure) || error.kind === 'interrupted') throw error;
      previews.push(failedPreview(repository, error));
    }
  }
  return { stanza, previews };
}

/** The same for one repository. @throws Failure as runEngine */
export async function previewExpire(
  stanza: string,
  repository: ExpireRepository,
  deps: ExpireRunDeps,
): Promise<ExpirePreview> {
  const { engine, signal, onSpawn } = deps;
  const run = { signal, onSpawn };
  const request = { stanza, repositoryKey: repository.key, dryRun: true };
  const outcome = await runExpire(engine, request, run);
  const catalogue = await readCatalogue(engine, stanza, { ...run, repositoryKey: repository.key });
  const sets = catalogue.sets.filter((set) => set.repositoryKey === repository.key);
  return judgeExpiry(repository, sets, outcome, deps.now(), deps.inUse?.(repository.name));
}

/**
 * Puts together what the engine's retention would remove and what must stay. Pure.
 *
 * @param sets of this repository
 * @param outcome of a dry run
 * @param now epoch milliseconds
 */
export function judgeExpiry(
  repository: ExpireRepository,
  sets: readonly BackupSet[],
  outcome: Pick<ExpireOutcome, 'expiredSets' | 'removedArchives' | 'warnings'>,
  now: number,
  inUse?: SetsInUse,
): ExpirePreview {
  const protectedSets = judgeProtection(sets, now, repository.retention.minimum, inUse);
  const { expiredSets, removedArchives } = outcome;
  const kept = sets.filter((set) => expiredSets.includes(set.label) && protectedSets.has(set.label));
  const isKept = (label: string): boolean => kept.some((set) => set.label === label);
  const going = expiredSets.filter((label) => !isKept(label));
  return {
    repository,
    sets: going,
    archives: removedArchives.filter((range) => !kept.some((set) => isWalOf(set, range))),
    kept: kept.map((set) => describeKept(set, protectedSets)),
    manner:
      kept.length > 0 || needsSelection(sets, protectedSets, repository.retention)
        ? {
            kind: 'selective',
            roots: rootsOf(going, sets),
            wal: walRetention(repository.retention, sets, { expired: expiredSets, now }),
          }
        : { kind: 'plain' },
    warnings: outcome.warnings.map((record) => record.message),
    failure: undefined,
  };
}

/** A range that is all needed by one set stays with it: nothing of it would be removed. */
function isWalOf(set: BackupSet, range: RemovedArchive): boolean {
  const { archiveStart: first, archiveStop: last, databaseId } = set;
  if (first === undefined || last === undefined || !range.archiveId.endsWith(`-${databaseId}`)) return false;
  return first <= range.first && range.last <= last;
}

function describeKept(set: BackupSet, protectedSets: ProtectedSets): KeptSet {
  const { archiveStart: first, archiveStop: last, label, stopTime } = set;
  return {
    label,
    reasons: protectedSets.get(label) ?? [],
    wal: first === undefined || last === undefined ? undefined : { first, last },
    stopTime,
  };
}

/**
 * A plain expire decides anew what goes: what it would spare now it may remove a moment later (a retention in days;
 * another host's backup in between). So it is only used where nothing old must stay. The newest full sets that have to
 * stay are those which every retention keeps, unless damaged pages made an older one the last complete one.
 */
function needsSelection(
  sets: readonly BackupSet[],
  protectedSets: ProtectedSets,
  { full }: Retention,
): boolean {
  const newest = sets
    .filter((set) => set.type === 'full')
    .toSorted((left, right) => right.stopTime - left.stopTime)
    .slice(0, full?.by === 'count' ? full.count : 1);
  return [...protectedSets].some(
    ([label, reasons]) =>
      reasons.some((reason) => reason.kind !== 'last-full') || !newest.some((set) => set.label === label),
  );
}

/** Without what goes together with another one. */
function rootsOf(going: readonly string[], sets: readonly BackupSet[]): readonly string[] {
  return sets
    .filter((set) => going.includes(set.label) && (set.prior === undefined || !going.includes(set.prior)))
    .map((set) => set.label);
}

/**
 * How WAL is counted: as the configuration says, and where WAL follows the backups as the engine then does it
 * (`src/command/expire/expire.c`): by the number of full backups, or by as many as a retention in days leaves, once
 * one is older than those days.
 */
function walRetention(
  { full, archive }: Retention,
  sets: readonly BackupSet[],
  { expired, now }: { readonly expired: readonly string[]; readonly now: number },
): { readonly type: BackupType; readonly count: number } | undefined {
  if (archive !== 'follow') return archive;
  if (full === undefined) return undefined;
  if (full.by === 'count') return { type: 'full', count: full.count };
  const left = sets.filter((set) => set.type === 'full' && !expired.includes(set.label));
  const oldest = Math.min(...left.map((set) => set.stopTime));
  return oldest < now / 1000 - full.days * 86_400 ? { type: 'full', count: left.length } : undefined;
}

function failedPreview(repository: ExpireRepository, failure: Failure): ExpirePreview {
  return {
    repository,
    sets: [],
    archives: [],
    kept: [],
    manner: { kind: 'plain' },
    warnings: [],
    failure,
  };
}

/** True when there is something to remove. */
export function removesAnything(preview: Pick<ExpirePreview, 'sets' | 'archives'>): boolean {
  return preview.sets.length > 0 || preview.archives.length > 0;
}
