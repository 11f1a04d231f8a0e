import type { Finding } from '../../model/finding.ts';
import { type DirectoryEntry, HeldDirectory } from './held-directory.ts';
import type { MaintenanceAction, MaintenancePart } from './maintenance-plan.ts';
import { planned } from './plan-logs.ts';

/** What is so old is no part of anything that goes on. */
const staleMs = 7 * 86_400_000;

/** What must be known of the servers to tell what is stale. */
export interface SpoolServers {
  /** Data directories of the stanza on this host. */
  readonly dataDirectories: readonly string[];
}

/**
 * Leftovers in the spool of asynchronous archiving (`SPOOL/archive/STANZA/{out,in}`, pgBackRest
 * `src/command/archive/common.c`). Removed is only what provably serves nobody: more than a week old, with the name of a
 * segment that no server of the stanza on this host has in pg_wal any more (out) or that none waits for, because none is
 * in recovery (in). The rest is told of when it is old.
 */
export async function planSpool(
  spoolDirectory: string,
  stanza: string,
  servers: SpoolServers,
  now: number,
): Promise<MaintenancePart> {
  await using spool = await HeldDirectory.open(spoolDirectory);
  await using archive = await spool?.enter('archive');
  await using own = await archive?.enter(stanza);
  if (spool === undefined || own === undefined) return { actions: [], findings: [] };
  const actions: MaintenanceAction[] = [];
  const rest: string[] = [];
  const present = await segmentsIn(servers.dataDirectories);
  const recovers = await isAnyInRecovery(servers.dataDirectories);
  for (const queue of ['out', 'in'] as const) {
    await using held = await own.enter(queue);
    if (held === undefined) continue;
    for (const entry of await held.list()) {
      if (now - entry.changedAt <= staleMs) continue;
      const isStale = queue === 'out' ? isStaleOut(entry, present) : isStaleIn(entry) && recovers === false;
      if (isStale) {
        const why = `${queue === 'out' ? 'status of a segment that no server has any more' : 'WAL fetched for a recovery that is over'}, a week old`;
        const file = planned(spool.path, ['archive', stanza, queue], entry);
        actions.push({ kind: 'remove-file', file, why });
      } else rest.push(`${queue}/${entry.name}`);
    }
  }
  return { actions, findings: rest.length === 0 ? [] : [oldRest(stanza, own.path, rest)] };
}

function isStaleOut(entry: DirectoryEntry, present: ReadonlySet<string> | undefined): boolean {
  const segment = /^([0-9A-F]{24}|[0-9A-F]{8}\.history)(?:\.partial)?\.(ok|error)$/.exec(entry.name)?.[1];
  return entry.kind === 'file' && segment !== undefined && present !== undefined && !present.has(segment);
}

function isStaleIn(entry: DirectoryEntry): boolean {
  return (
    entry.kind === 'file' &&
    /^([0-9A-F]{24}|[0-9A-F]{8}\.history)(\.(ok|error|pgbackrest\.tmp))?$/.test(entry.name)
  );
}

/** @returns undefined when a data directory cannot be looked into: then nothing is known */
async function segmentsIn(dataDirectories: readonly string[]): Promise<ReadonlySet<string> | undefined> {
  const names = new Set<string>();
  for (const directory of dataDirectories) {
    // pg_wal may be a link to another disk, which is the administrator's: it is only read.
    await using held = await HeldDirectory.open(`${directory}/pg_wal`);
    if (held === undefined) return undefined;
    for (const { name } of await held.list()) names.add(name.replace(/\.partial$/, ''));
  }
  return dataDirectories.length === 0 ? undefined : names;
}

/** @returns undefined when that cannot be told */
async function isAnyInRecovery(dataDirectories: readonly string[]): Promise<boolean | undefined> {
  for (const directory of dataDirectories) {
    await using held = await HeldDirectory.open(directory);
    if (held === undefined) return undefined;
    const signals = ['standby.signal', 'recovery.signal', 'recovery.conf', 'backup_label'];
    for (const name of signals) if ((await held.look(name)) !== undefined) return true;
  }
  return dataDirectories.length === 0 ? undefined : false;
}

function oldRest(stanza: string, place: string, names: readonly string[]): Finding {
  const shown = names.slice(0, 5).join(', ');
  return {
    rule: 'spool-leftovers',
    severity: 'advice',
    subject: `stanza ${stanza}`,
    problem: `${names.length} files in the spool are more than a week old, and it cannot be told that nobody needs them`,
    evidence: `${place}: ${shown}${names.length > 5 ? ', …' : ''}`,
    remedy: 'Look at `holdfast check`: a segment that cannot be archived leaves an .error file here.',
  };
}
