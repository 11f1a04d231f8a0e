import { createHash } from 'node:crypto';
import * as z from 'zod';
import { identifyFinding, type KnownFinding } from '../model/finding.ts';
import type { ToldChange, ToldEntry } from '../store/delivery-memory.ts';
import type { Notification, NotifiedFinding, ToldSeverity } from './notification.ts';

/** What a channel was told of a finding that is not over for it. */
export interface ToldFinding {
  readonly identity: string;
  /** As it was told last. */
  readonly finding: NotifiedFinding;
  readonly group: string;
  readonly thread: string;
  /** Epoch milliseconds at which the message was delivered. */
  readonly toldAt: number;
}

const severity = z.enum(['critical', 'warning']);

const notifiedFinding = z.object({
  fingerprint: z.string(),
  rule: z.string(),
  severity,
  previousSeverity: severity.optional(),
  subject: z.string(),
  stanza: z.string().optional(),
  repository: z.string().optional(),
  problem: z.string(),
  evidence: z.string(),
  remedy: z.string(),
  since: z.number(),
  endedAt: z.number().optional(),
  unseenBecause: z.string().optional(),
});

const toldFinding = z.object({
  identity: z.string(),
  finding: notifiedFinding,
  group: z.string(),
  thread: z.string(),
  toldAt: z.number(),
});

const findings = z.array(notifiedFinding);

const notification = z.object({
  id: z.string(),
  kind: z.enum(['findings', 'test']),
  channel: z.string(),
  sender: z.object({ host: z.string(), version: z.string() }),
  createdAt: z.number(),
  group: z.string(),
  thread: z.string(),
  status: z.enum(['firing', 'resolved']),
  severity,
  summary: z.string(),
  began: findings,
  changed: findings,
  repeated: findings,
  ended: findings,
  missed: findings,
  open: z.number(),
});

/** Reads a message as it was put into the queue. @throws Error when it is none: the journal holds what we wrote */
export function readNotification(text: string): Notification {
  return notification.parse(JSON.parse(text));
}

/** Reads what was told. @throws Error when it is none */
export function readToldFinding({ told }: ToldEntry): ToldFinding {
  return toldFinding.parse(JSON.parse(told));
}

/** What the delivery of a message makes known. @param at epoch milliseconds of the delivery */
export function changeOf(message: Notification, at: number): ToldChange {
  const { began, changed, repeated, ended, group, thread } = message;
  return {
    told: [...began, ...changed, ...repeated].map((finding) => {
      const identity = identifyFinding(finding);
      const told: ToldFinding = { identity, finding, group, thread, toldAt: at };
      return { identity, told: JSON.stringify(told) };
    }),
    over: ended.map(identifyFinding),
  };
}

/** A finding as messages carry it. @param severity its own one, which is not `advice` */
export function notify(known: KnownFinding, severityNow: ToldSeverity): NotifiedFinding {
  const { rule, subject, stanza, repository, problem, evidence, remedy, since, endedAt, unseenBecause } =
    known;
  return {
    fingerprint: fingerprintOf(known),
    rule,
    severity: severityNow,
    subject,
    stanza,
    repository,
    problem,
    evidence,
    remedy,
    since,
    endedAt,
    unseenBecause,
  };
}

/** Short and the same for ever: 64 bits of the identity's SHA-256. */
export function fingerprintOf(finding: Pick<KnownFinding, 'rule' | 'subject'>): string {
  return createHash('sha256').update(identifyFinding(finding)).digest('hex').slice(0, 16);
}
