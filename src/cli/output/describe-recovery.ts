import type { JournalRecovery } from '../../store/recover-journal.ts';

/** What happened to a damaged journal, for people: one line a fact. */
export function describeRecovery({ aside, salvage }: JournalRecovery): readonly string[] {
  const kept = `the journal was damaged: it was moved to ${aside}, which is kept, and rebuilt`;
  if (salvage === undefined) return [kept];
  const { runs, steps, auditEntries, complete } = salvage;
  const counts = `${runs} runs, ${steps} steps and ${auditEntries} entries of the audit trail were taken over`;
  return complete
    ? [kept, `${counts}; nothing is missing`]
    : [
        kept,
        `${counts}; some may be missing. 'holdfast journal --rebuild' adds the backups that the repositories know`,
      ];
}
