import * as z from 'zod';
import { copyPurposes, type CopyRecord, copyStates } from '../model/copy.ts';
import type { CopyMemory } from './copy-memory.ts';
import type { JournalDatabase } from './journal-database.ts';
import { encodeJson } from './journal-json.ts';
import { jsonObject, validate } from './journal-rows.ts';

const copy = z.object({
  id: z.string().min(1),
  purpose: z.enum(copyPurposes),
  stanza: z.string(),
  name: z.string().optional(),
  restoreId: z.string(),
  place: z.string().startsWith('/'),
  dataDirectory: z.string().startsWith('/'),
  engineDirectory: z.string().optional(),
  port: z.int(),
  socketDirectory: z.string(),
  owner: z.string(),
  host: z.string(),
  target: z.string(),
  repository: z.string(),
  set: z.string(),
  createdAt: z.int(),
  expiresAt: z.int().optional(),
  network: z.object({ addresses: z.array(z.string()), allow: z.array(z.string()) }).optional(),
  state: z.enum(copyStates),
  process: z.object({ pid: z.int(), startTicks: z.int() }).optional(),
});

const row = z.object({ record: jsonObject.pipe(copy) });

/** The record in a row. @throws Failure journal-damaged when it makes no sense */
export function readCopyRow(found: unknown, file: string): CopyRecord {
  const { record } = validate(row, found, file, 'copy');
  const absent = { name: undefined, engineDirectory: undefined, expiresAt: undefined, process: undefined };
  return { ...absent, ...record };
}

/** The memory of copies in the journal's file; see `CopyMemory`. */
export class SqliteCopyMemory implements CopyMemory {
  readonly #database: JournalDatabase;

  constructor(database: JournalDatabase) {
    this.#database = database;
  }

  begin(record: CopyRecord, guard?: (copies: readonly CopyRecord[]) => void): void {
    this.#database.write(() => {
      guard?.(this.list());
      this.#database.execute(
        'INSERT INTO copy (id, stanza, state, created_at, record) VALUES (?, ?, ?, ?, ?)',
        [record.id, record.stanza, record.state, record.createdAt, encodeJson({ ...record })],
      );
    });
  }

  update(id: string, change: Parameters<CopyMemory['update']>[1]): CopyRecord {
    return this.#database.write(() => {
      const before = this.read(id);
      if (before === undefined) throw new Error(`there is no copy ${id}`);
      const record = { ...before, ...change };
      this.#database.execute('UPDATE copy SET state = ?, record = ? WHERE id = ?', [
        record.state,
        encodeJson({ ...record }),
        id,
      ]);
      return record;
    });
  }

  read(id: string): CopyRecord | undefined {
    const found = this.#database.first('SELECT record FROM copy WHERE id = $id', { $id: id });
    return found === undefined ? undefined : readCopyRow(found, this.#database.file);
  }

  list(
    filter: { readonly stanza?: string | undefined; readonly dropped?: boolean | undefined } = {},
  ): CopyRecord[] {
    const { stanza = null, dropped = false } = filter;
    return this.#database
      .all(
        `SELECT record FROM copy WHERE ($dropped OR state <> 'dropped') AND ($stanza IS NULL OR stanza = $stanza)
         ORDER BY created_at DESC, id DESC`,
        { $dropped: dropped ? 1 : 0, $stanza: stanza },
      )
      .map((found) => readCopyRow(found, this.#database.file));
  }
}
