import type { DrillReport } from '../model/drill.ts';
import type { AuditAnchor } from './audit-trail.ts';

/** A signed report of a drill. */
export interface StoredReport {
  /** From 1, without gaps, over all stanzas of this state directory. */
  readonly sequence: number;
  /** The drill's run. */
  readonly id: string;
  readonly stanza: string;
  /** Empty where the drill ended before one was chosen. */
  readonly repository: string;
  /** Epoch milliseconds. */
  readonly endedAt: number;
  readonly result: DrillReport['result'];
  /** Hex, of the document's UTF-8 bytes. */
  readonly sha256: string;
  /** Canonical JSON, exactly as signed. */
  readonly document: string;
  /** Base64, of the document's UTF-8 bytes. */
  readonly signature: string;
  /** Fingerprint of the key that signed it. */
  readonly key: string;
  /** Its files were written. */
  readonly written: boolean;
}

/** Where a new report stands. */
export interface ReportPlace {
  readonly sequence: number;
  readonly previous: Pick<StoredReport, 'id' | 'sha256'> | undefined;
  /** The end of the audit trail at that moment. */
  readonly auditHead: AuditAnchor | undefined;
}

export interface ReportFilter {
  readonly stanza?: string | undefined;
  readonly repository?: string | undefined;
  /** Only up to this number. */
  readonly upTo?: number | undefined;
  /** Only those whose files wait to be written. */
  readonly waiting?: boolean | undefined;
  readonly limit?: number | undefined;
}

/** Reports of drills, each of which names the one before. Nothing is taken away. */
export interface ReportMemory {
  /**
   * Adds a report in one transaction in which its place among the others is fixed. One with this id that is there
   * already is given back as it is.
   *
   * @param make is given the place and signs; must not wait
   */
  append(
    id: string,
    make: (place: ReportPlace) => Omit<StoredReport, 'sequence' | 'id' | 'written'>,
  ): StoredReport;
  /** Its files are there. */
  markWritten(id: string): void;
  /** Takes over reports that only files know, after the journal was lost; what is known stays as it is. */
  adopt(reports: readonly StoredReport[]): void;
  read(id: string): StoredReport | undefined;
  /** Newest first. */
  list(filter?: ReportFilter): readonly StoredReport[];
}
