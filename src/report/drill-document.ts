import * as z from 'zod';
import type { Actor } from '../model/actor.ts';
import { drillCheckResults, type DrillReport, drillPhases } from '../model/drill.ts';
import type { BackupSet } from '../model/backup-set.ts';
import { formatLsn } from '../model/wal.ts';
import type { ReportPlace } from '../store/report-memory.ts';

/** The evidence of a drill, as it is signed. JSON; times are ISO texts in UTC, what is not known is null. */
export interface DrillDocument {
  readonly format: typeof drillDocumentFormat;
  readonly version: 1;
  /** From 1, over all reports of the state directory. */
  readonly sequence: number;
  /** The report before, so that one that was removed or replaced is noticed. */
  readonly previous: { readonly id: string; readonly sha256: string } | null;
  readonly writtenAt: string;
  readonly drill: DrillReport;
  readonly actor: Actor;
  /** The command as typed, or the line of the schedule. */
  readonly cause: string;
  readonly holdfast: string;
  /** SHA-256 of holdfast.yaml as it was used. */
  readonly configuration: string;
  /** What pgBackRest said of the set when the drill began. */
  readonly set: DrillSet | null;
  /** Seconds, at that time. */
  readonly objectives: { readonly rpo: number | null; readonly rto: number | null };
  /** The end of the journal's audit trail. */
  readonly audit: { readonly sequence: number; readonly hash: string } | null;
  /** Fingerprint of the key that signs. */
  readonly key: string;
}

export const drillDocumentFormat = 'holdfast-drill-report';

export interface DrillSet {
  readonly label: string;
  readonly type: string;
  readonly startedAt: string;
  readonly endedAt: string;
  readonly startLsn: string | null;
  readonly stopLsn: string | null;
  readonly bytes: number;
  readonly repositoryBytes: number;
  readonly engine: string;
  readonly pageErrors: boolean;
  readonly annotations: Readonly<Record<string, string>>;
}

/** What is known of a drill beside its own report. */
export interface DrillEvidence {
  readonly report: DrillReport;
  readonly actor: Actor;
  readonly cause: string;
  /** Version of Holdfast. */
  readonly holdfast: string;
  readonly configuration: string;
  /** Undefined: the drill ended before one was chosen. */
  readonly set: BackupSet | undefined;
  /** Seconds. */
  readonly objectives: { readonly rpo?: number | undefined; readonly rto?: number | undefined };
}

/** The document that is signed. @param now epoch milliseconds @param key fingerprint */
export function drillDocument(
  evidence: DrillEvidence,
  place: ReportPlace,
  key: string,
  now: number,
): DrillDocument {
  const { report, actor, cause, holdfast, configuration, set, objectives } = evidence;
  const { user, host, via } = actor;
  return {
    format: drillDocumentFormat,
    version: 1,
    sequence: place.sequence,
    previous: place.previous === undefined ? null : { id: place.previous.id, sha256: place.previous.sha256 },
    writtenAt: new Date(now).toISOString(),
    drill: report,
    actor: { user, host, via },
    cause,
    holdfast,
    configuration,
    set: set === undefined ? null : describeSet(set),
    objectives: { rpo: objectives.rpo ?? null, rto: objectives.rto ?? null },
    audit: place.auditHead ?? null,
    key,
  };
}

function describeSet(set: BackupSet): DrillSet {
  return {
    label: set.label,
    type: set.type,
    startedAt: new Date(set.startTime * 1000).toISOString(),
    endedAt: new Date(set.stopTime * 1000).toISOString(),
    startLsn: set.startLsn === undefined ? null : formatLsn(set.startLsn),
    stopLsn: set.stopLsn === undefined ? null : formatLsn(set.stopLsn),
    bytes: set.size,
    repositoryBytes: set.repositorySize,
    engine: set.engineVersion,
    pageErrors: set.error,
    annotations: set.annotations,
  };
}

const measured = z.number().nullable();

/** Everything that pages and trends read; more is let through. */
const documentSchema = z.looseObject({
  format: z.literal(drillDocumentFormat),
  version: z.literal(1),
  sequence: z.int().positive(),
  previous: z.object({ id: z.string(), sha256: z.string() }).nullable(),
  writtenAt: z.string(),
  drill: z.looseObject({
    id: z.string().regex(/^[A-Za-z0-9._-]{1,200}$/),
    stanza: z.string(),
    repository: z.string(),
    set: z.looseObject({ label: z.string(), type: z.string(), endedAt: z.string() }),
    target: z.looseObject({
      asked: z.string(),
      resolved: z.string(),
      reached: z.string().nullable(),
      timeline: z.number(),
    }),
    host: z.string(),
    engine: z.string(),
    postgres: z.string(),
    startedAt: z.string(),
    endedAt: z.string(),
    result: z.enum(['passed', 'failed', 'interrupted']),
    problems: z.array(z.string()),
    phases: z.array(z.looseObject({ phase: z.enum(drillPhases), elapsedMs: z.number() })),
    checks: z.array(
      z.looseObject({
        check: z.string(),
        result: z.enum(drillCheckResults),
        detail: z.string(),
        elapsedMs: z.number(),
        facts: z.record(z.string(), z.unknown()),
      }),
    ),
    measured: z.looseObject({
      restoredBytes: measured,
      restoreBytesPerSecond: measured,
      walBytes: measured,
      replayBytesPerSecond: measured,
      rpoSeconds: measured,
      copySeconds: measured,
      rtoSeconds: measured,
      rtoError: measured,
    }),
  }),
  actor: z.looseObject({ user: z.string(), host: z.string(), via: z.string() }),
  cause: z.string(),
  holdfast: z.string(),
  configuration: z.string(),
  set: z
    .looseObject({
      bytes: z.number(),
      repositoryBytes: z.number(),
      annotations: z.record(z.string(), z.string()),
    })
    .nullable(),
  objectives: z.object({ rpo: measured, rto: measured }),
  audit: z.object({ sequence: z.int(), hash: z.string() }).nullable(),
  key: z.string(),
});

/** @returns undefined when the text is no report of a drill that this Holdfast can read */
export function parseDrillDocument(text: string): DrillDocument | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Not JSON, so no report.
    return undefined;
  }
  // The schema has the fields that are read; the rest is shown as text only.
  return documentSchema.safeParse(value).success ? (value as DrillDocument) : undefined;
}
