import type { BackupType } from '../model/backup-set.ts';
import type { Engine, EngineRunOptions, LogRecord } from './engine.ts';
import { type LoggedRun, runLoggedEngine } from './run-logged-engine.ts';
import { runEngine } from './run-engine.ts';

export interface ExpireRequest {
  readonly stanza: string;
  /** Undefined: every repository. */
  readonly repositoryKey?: number | undefined;
  /** Only say what would be removed. */
  readonly dryRun: boolean;
  /** Expire this set and what depends on it, whatever the retention says. */
  readonly set?: string | undefined;
  /**
   * Remove no set at all, only WAL: what is older than the newest `count` sets of a type, except what the sets before
   * them need to be consistent. Needs `repositoryKey`; not together with `set`.
   */
  readonly onlyWal?: { readonly type: BackupType; readonly count: number } | undefined;
}

/** WAL of one archive id that was (or would be) removed, both ends included. */
export interface RemovedArchive {
  readonly repositoryKey: number;
  /** `15-1`. */
  readonly archiveId: string;
  readonly first: string;
  readonly last: string;
}

export interface ExpireOutcome {
  /** Labels, in the order of removal. */
  readonly expiredSets: readonly string[];
  /** The same with the repository they were in. */
  readonly expired: readonly { readonly repositoryKey: number; readonly label: string }[];
  readonly removedArchives: readonly RemovedArchive[];
  readonly dryRun: boolean;
  readonly warnings: readonly LogRecord[];
}

/**
 * Removes what retention no longer keeps.
 *
 * @param options.logged the engine then goes on when this process is killed, under the lease that it is tied to
 * @throws Failure as runEngine
 */
export async function runExpire(
  engine: Engine,
  request: ExpireRequest,
  options: EngineRunOptions & { readonly logged?: LoggedRun | undefined } = {},
): Promise<ExpireOutcome> {
  const args = [
    'expire',
    ...(request.dryRun ? ['--dry-run'] : []),
    ...(request.set === undefined ? [] : [`--set=${request.set}`]),
    ...onlyWalArguments(request),
  ];
  const { logged, ...rest } = options;
  const run = {
    ...rest,
    // Single files are of no interest here, and the level detail would add a line for each.
    onProgress: undefined,
    stanza: request.stanza,
    repositoryKey: request.repositoryKey,
    operation: `expire backups of stanza ${request.stanza}`,
  };
  const { records } =
    logged === undefined
      ? await runEngine(engine, args, run)
      : await runLoggedEngine(engine, args, { ...run, logged });
  return readExpireLog(records, request.dryRun);
}

/** More sets than there can be: the largest value of retention options (pgBackRest `src/build/config/config.yaml`). */
const allSets = 9_999_999;

/** The retention of sets is made endless for this run, and the one of WAL is said outright. */
function onlyWalArguments({ onlyWal, repositoryKey }: ExpireRequest): string[] {
  if (onlyWal === undefined) return [];
  const name = (rest: string): string => `--repo${String(repositoryKey)}-retention-${rest}`;
  return [
    `${name('full-type')}=count`,
    `${name('full')}=${allSets}`,
    `${name('diff')}=${allSets}`,
    `${name('archive-type')}=${onlyWal.type}`,
    `${name('archive')}=${onlyWal.count}`,
  ];
}

/**
 * Reads what an expire removed. Lines (pgBackRest `src/command/expire/expire.c`): `repo1: remove expired backup LABEL`
 * and `repo1: 15-1 remove archive, start = A, stop = B`, after `[DRY-RUN] ` where nothing was done.
 */
export function readExpireLog(records: readonly LogRecord[], dryRun: boolean): ExpireOutcome {
  const expired: { repositoryKey: number; label: string }[] = [];
  const removedArchives: RemovedArchive[] = [];
  for (const { message } of records) {
    const set = /^(?:\[DRY-RUN\] )?repo(\d+): remove expired backup (\S+)$/.exec(message);
    if (set) expired.push({ repositoryKey: Number(set[1]), label: set[2] as string });
    const archive = /^(?:\[DRY-RUN\] )?repo(\d+): (\S+) remove archive, start = (\w+), stop = (\w+)$/.exec(
      message,
    );
    if (archive) {
      removedArchives.push({
        repositoryKey: Number(archive[1]),
        archiveId: archive[2] as string,
        first: archive[3] as string,
        last: archive[4] as string,
      });
    }
  }
  return {
    expiredSets: expired.map((set) => set.label),
    expired,
    removedArchives,
    dryRun,
    warnings: records.filter((record) => record.level === 'warn'),
  };
}
