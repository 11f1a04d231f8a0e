import * as z from 'zod';
import type { AuditEntry } from './audit-trail.ts';
import type { SqlRow } from './journal-database.ts';
import { jsonObject, validate } from './journal-rows.ts';

/** What the hashed text of an entry holds. */
const entryContent = z.object({
  sequence: z.int().positive(),
  at: z.int().nonnegative(),
  actor: z.object({ user: z.string(), host: z.string(), via: z.string() }),
  action: z.string().min(1),
  stanza: z.string().nullable(),
  runId: z.string().nullable(),
  details: z.record(z.string(), z.unknown()),
});

const auditRow = z.object({
  sequence: z.int().positive(),
  entry: jsonObject.pipe(entryContent),
  hash: z.string(),
});

/** A row of table `audit` as an entry. @throws Failure journal-damaged when it is not one */
export function readAuditRow(row: SqlRow, file: string): AuditEntry {
  const { entry, hash } = validate(auditRow, row, file, 'audit');
  return { ...entry, stanza: entry.stanza ?? undefined, runId: entry.runId ?? undefined, hash };
}

/** As readAuditRow. @returns undefined for what is no entry, which a look for tampering must not stumble over */
export function tryAuditRow(row: SqlRow): AuditEntry | undefined {
  const parsed = auditRow.safeParse(row);
  if (!parsed.success) return undefined;
  const { entry, hash } = parsed.data;
  return { ...entry, stanza: entry.stanza ?? undefined, runId: entry.runId ?? undefined, hash };
}
