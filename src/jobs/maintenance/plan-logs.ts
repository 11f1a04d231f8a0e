import type { DirectoryEntry } from './held-directory.ts';
import { HeldDirectory } from './held-directory.ts';
import type { MaintenanceAction, PlannedFile } from './maintenance-plan.ts';

/** Milliseconds; the ages are epoch milliseconds. */
export interface LogRules {
  readonly keepMs: number;
  readonly now: number;
}

/** A log of the engine is rotated at this size, or when it began so long ago: a week, or a quarter of what is kept. */
const rotateAtBytes = 10 * 1024 * 1024;
const weekMs = 7 * 86_400_000;

const commands =
  'archive-get|archive-push|annotate|backup|check|expire|info|manifest|repo-[a-z]+|restore|server|stanza-[a-z]+|start|stop|verify|version';

/**
 * The logs of the engine about one stanza: `STANZA-COMMAND.log`, `-async` and of subprocesses (pgBackRest
 * `src/command/command.c`, `src/config/load.c`), and `all-…` of commands without one. They grow for ever. An engine that
 * runs goes on writing into the renamed file.
 */
export async function planEngineLogs(
  directory: string,
  stanza: string,
  rules: LogRules,
): Promise<readonly MaintenanceAction[]> {
  await using held = await HeldDirectory.open(directory);
  if (held === undefined) return [];
  const escaped = stanza.replaceAll(/[^\w-]/g, '\\$&');
  const current = new RegExp(`^(${escaped}|all)-(${commands})(-async)?(-(local|remote)-\\d+)?\\.log$`);
  const rotated = /^(.+\.log)\.\d{8}T\d{6}Z$/;
  const actions: MaintenanceAction[] = [];
  for (const entry of await held.list()) {
    if (entry.kind !== 'file') continue;
    const file = planned(held.path, [], entry);
    if (current.test(entry.name)) {
      if (await isDue(held, entry, rules))
        actions.push({ kind: 'rotate-log', file, to: `${entry.name}.${stamp(rules.now)}` });
    } else if (current.test(rotated.exec(entry.name)?.[1] ?? '') && isOld(entry, rules)) {
      actions.push({ kind: 'remove-file', file, why: 'rotated log, older than logs are kept' });
    }
  }
  return actions;
}

/** What is known of the run that a log belongs to. */
export interface RunOfLog {
  readonly stanza: string | undefined;
  readonly isUnfinished: boolean;
}

/**
 * Logs of Holdfast's own runs (`STATE/logs/RUN.log`) that are older than logs are kept. Never the one of a run that has
 * not ended: an engine may still write into it, and its adoption reads it.
 *
 * @param findRun undefined where the journal does not know the run
 */
export async function planRunLogs(
  stateDirectory: string,
  stanza: string,
  findRun: (id: string) => RunOfLog | undefined,
  rules: LogRules,
): Promise<readonly MaintenanceAction[]> {
  await using state = await HeldDirectory.open(stateDirectory);
  await using held = await state?.enter('logs');
  if (state === undefined || held === undefined) return [];
  const entries = (await held.list()).filter((entry) => entry.kind === 'file' && isOld(entry, rules));
  return entries.flatMap((entry): MaintenanceAction[] => {
    const id = /^([a-z]+-\d{8}T\d{6}Z-[0-9a-f]{4})\.log$/.exec(entry.name)?.[1];
    const run = id === undefined ? undefined : findRun(id);
    if (id === undefined || run?.isUnfinished === true) return [];
    if (run?.stanza !== undefined && run.stanza !== stanza) return [];
    const file = planned(state.path, ['logs'], entry);
    return [{ kind: 'remove-file', file, why: 'log of a run, older than logs are kept' }];
  });
}

/** A found file as a plan names it. */
export function planned(base: string, below: readonly string[], entry: DirectoryEntry): PlannedFile {
  const { name, device, inode, changedAt, bytes } = entry;
  return { base, below, name, device, inode, changedAt, bytes };
}

function isOld(entry: DirectoryEntry, { keepMs, now }: LogRules): boolean {
  return now - entry.changedAt > keepMs;
}

async function isDue(held: HeldDirectory, entry: DirectoryEntry, rules: LogRules): Promise<boolean> {
  if (entry.bytes === 0) return false;
  if (entry.bytes >= rotateAtBytes) return true;
  const began = beginOf(await held.readHead(entry.name, 512)) ?? entry.changedAt;
  return rules.now - began > Math.min(weekMs, rules.keepMs / 4);
}

/** The first time in a log, which is local time; a few hours do not matter here. */
function beginOf(head: string): number | undefined {
  const match = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)\.\d{3} P\d/m.exec(head);
  const time = match === null ? Number.NaN : Date.parse(`${match[1]}T${match[2]}Z`);
  return Number.isNaN(time) ? undefined : time;
}

/** `20261120T103000Z`. */
function stamp(now: number): string {
  return new Date(now).toISOString().replaceAll(/[-:]|\.\d+/g, '');
}
