import { findWriter } from '../../process/find-writer.ts';
import { isAlive, type ProcessIdentity } from '../../process/process-identity.ts';
import { jobKinds } from '../../model/job.ts';
import type { Journal, RunRecord } from '../../store/journal.ts';

/**
 * Runs of jobs that are not ended and whose Holdfast is dead, oldest first. Restores and undos are none of them: those
 * are resumed or undone by a person.
 */
export function findOrphanRuns(
  journal: Pick<Journal, 'unfinishedRuns'>,
  filter: { readonly stanza?: string | undefined } = {},
): readonly RunRecord[] {
  const kinds: readonly string[] = jobKinds;
  return journal
    .unfinishedRuns()
    .filter((run) => kinds.includes(run.kind))
    .filter((run) => filter.stanza === undefined || run.stanza === filter.stanza)
    .filter(isOrphan)
    .toReversed();
}

/** True when the Holdfast that ran it is no more. */
export function isOrphan(run: Pick<RunRecord, 'process'>): boolean {
  return run.process === undefined || !isAlive(run.process);
}

/**
 * The engine that a dead Holdfast left behind and that lives: the process that the journal names, or, where it died
 * before it could note that, the one that writes into the run's log. What is left of the group of one that has ended
 * (workers, the lease's watcher) is no engine.
 *
 * @returns undefined when there is none
 */
export function findOrphanedEngine({ facts }: Pick<RunRecord, 'facts'>): ProcessIdentity | undefined {
  const noted = readIdentity(facts['engine']);
  if (noted !== undefined && isAlive(noted)) return noted;
  const logFile = facts['logFile'];
  return typeof logFile === 'string' ? findWriter(logFile) : undefined;
}

/** `facts.engine` as the journal gives it back. */
export function readIdentity(value: unknown): ProcessIdentity | undefined {
  const { pid, startTicks } = (value ?? {}) as { pid?: unknown; startTicks?: unknown };
  return typeof pid === 'number' && typeof startTicks === 'number' ? { pid, startTicks } : undefined;
}
