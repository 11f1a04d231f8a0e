import type { AuditEntry } from './audit-trail.ts';
import { readNotedLosses } from './audit-losses.ts';
import type { JournalDatabase } from './journal-database.ts';

/** Holds the runs against what the trail says of them: a run's row is not in the chain, how it ended is. */
export class RunComparison {
  readonly #last = new Map<string, AuditEntry>();
  /** Entries up to here may tell of runs that were lost. */
  #runsLostUpTo = 0;
  /** What an entry up to here says may have changed in one that was lost. */
  #entriesLostUpTo = 0;

  take(entry: AuditEntry): void {
    const losses = readNotedLosses(entry);
    if (losses?.runsMayBeLost === true) this.#runsLostUpTo = entry.sequence;
    for (const [, last] of losses?.lostEntries ?? []) {
      this.#entriesLostUpTo = Math.max(this.#entriesLostUpTo, last);
    }
    const { runId, action } = entry;
    if (runId === undefined || !/ (started|ended|taken up again)$/.test(action)) return;
    this.#last.set(runId, entry);
  }

  /** @returns each contradiction in words */
  findProblems(database: JournalDatabase): readonly string[] {
    const known = new Set<string>();
    const problems: string[] = [];
    for (const row of database.each('SELECT id, kind, result, label, bytes FROM run')) {
      const id = String(row['id']);
      known.add(id);
      const entry = this.#last.get(id);
      if (entry?.action.endsWith(' ended') !== true || entry.sequence < this.#entriesLostUpTo) continue;
      for (const field of ['result', 'label', 'bytes'] as const) {
        const said = entry.details[field] ?? null;
        if (said === row[field]) continue;
        problems.push(
          `run ${id} was changed: ${field} is ${String(row[field])}, but entry ${entry.sequence} says ${String(said)}`,
        );
      }
    }
    for (const [id, { sequence }] of this.#last) {
      if (known.has(id) || sequence < this.#runsLostUpTo) continue;
      problems.push(`run ${id} is missing: entry ${sequence} tells of it`);
    }
    return problems;
  }
}
