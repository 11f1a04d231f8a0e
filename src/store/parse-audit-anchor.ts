import type { AuditAnchor } from './audit-trail.ts';

/** `SEQUENCE:HASH`, as annotations of backup sets hold it. @returns undefined for anything else */
export function parseAuditAnchor(text: string): AuditAnchor | undefined {
  const [, sequence, hash] = /^([1-9]\d{0,14}):([0-9a-f]{64})$/.exec(text) ?? [];
  return sequence === undefined || hash === undefined ? undefined : { sequence: Number(sequence), hash };
}

/** What parseAuditAnchor reads. */
export function formatAuditAnchor(anchor: AuditAnchor): string {
  return `${anchor.sequence}:${anchor.hash}`;
}
