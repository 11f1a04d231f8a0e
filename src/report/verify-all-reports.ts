import type { Journal } from '../store/journal.ts';
import { reportedAction } from './report-drill.ts';
import { listReportFiles, reportDirectory } from './report-files.ts';
import {
  type VerifiedReport,
  type VerifyingKey,
  verifyReportChain,
  verifyReportFile,
} from './verify-report.ts';

export interface VerifiedReports {
  readonly reports: readonly VerifiedReport[];
  /** Of all together: what is missing or was replaced. */
  readonly problems: readonly string[];
}

/**
 * Verifies every document and page of a directory, and the chain of the documents. That the last ones were removed
 * shows only against the journal.
 *
 * @throws Failure not-permitted, file-unusable
 */
export async function verifyReportDirectory(
  directory: string,
  keys: readonly VerifyingKey[],
): Promise<VerifiedReports> {
  const files = (await listReportFiles(directory)).filter((file) => /\.(?:json|html)$/.test(file));
  const read = await Promise.all(files.map((file) => verifyReportFile(file, keys)));
  const chained = read.flatMap(({ document, verified }) =>
    document === undefined ? [] : [{ document, sha256: verified.sha256 ?? '' }],
  );
  return { reports: read.map(({ verified }) => verified), problems: verifyReportChain(chained) };
}

/**
 * The same for the reports of this host, held against the journal and its audit trail: each report of which they know
 * is there as it was.
 *
 * @throws Failure not-permitted, file-unusable, journal-damaged
 */
export async function verifyOwnReports(
  stateDirectory: string,
  keys: readonly VerifyingKey[],
  journal: Journal,
): Promise<VerifiedReports> {
  const found = await verifyReportDirectory(reportDirectory(stateDirectory), keys);
  const hashes = new Map(found.reports.flatMap(({ id, sha256 }) => (id === null ? [] : [[id, sha256]])));
  const known = new Map(
    journal.reports.list().flatMap(({ id, sha256, written }) => (written ? [[id, sha256]] : [])),
  );
  for (const { action, details } of journal.audit.list()) {
    const { report, sha256 } = details;
    if (action !== reportedAction || typeof report !== 'string' || typeof sha256 !== 'string') continue;
    // One whose files wait to be written is not missing.
    if (journal.reports.read(report)?.written !== false) known.set(report, sha256);
  }
  const problems = [...known].flatMap(([id, sha256]) => {
    const there = hashes.get(id);
    if (there === undefined) return [`report ${id} is missing: the journal knows it`];
    return there === sha256 ? [] : [`report ${id} is not as the journal knows it`];
  });
  return { reports: found.reports, problems: [...found.problems, ...problems] };
}
