import * as z from 'zod';
import type { AuditAnchor, AuditEntry } from './audit-trail.ts';

/** The action of the entry that a rebuilding of the journal leaves. */
export const rebuiltAction = 'journal rebuilt';

/** What a rebuilding notes of the trail in its entry's details. */
export interface NotedLosses {
  /** First and last sequence of each piece that could not be read. */
  readonly lostEntries: readonly (readonly [number, number])[];
  /** Anchors in the repositories of a trail that was lost as a whole. */
  readonly formerAnchors: readonly AuditAnchor[];
  /** Some runs may have gone with it. */
  readonly runsMayBeLost: boolean;
}

const lossDetails = z.object({
  lostEntries: z.array(z.tuple([z.int(), z.int()])).default([]),
  formerAnchors: z.array(z.object({ sequence: z.int(), hash: z.string() })).default([]),
  runsMayBeLost: z.boolean().default(false),
});

/** @returns undefined for entries that are about something else */
export function readNotedLosses(entry: AuditEntry): NotedLosses | undefined {
  if (entry.action !== rebuiltAction) return undefined;
  const parsed = lossDetails.safeParse(entry.details);
  return parsed.success ? parsed.data : undefined;
}
