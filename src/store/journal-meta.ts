import type { JournalDatabase } from './journal-database.ts';

/** Facts about the journal itself, by name. */
export type MetaKey =
  /** `SEQUENCE:HASH` of the last entry of the audit trail. */
  | 'audit-head'
  /** `pending` until what the repositories know has been looked at: a journal that is new or has lost something. */
  | 'repositories'
  /** Epoch milliseconds of the last look through a big file. */
  | 'checked-at'
  /** Random; the name of this journal in heartbeats. */
  | 'installation';

export function readMeta(database: JournalDatabase, key: MetaKey): string | undefined {
  const row = database.first('SELECT value FROM meta WHERE key = :key', { key });
  return row === undefined ? undefined : String(row['value']);
}

export function writeMeta(database: JournalDatabase, key: MetaKey, value: string): void {
  database.execute(
    'INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
    [key, value],
  );
}
