import type { Configuration } from '../config/configuration.ts';
import type { Actor } from '../model/actor.ts';
import type { BackupSet } from '../model/backup-set.ts';
import type { DrillReport } from '../model/drill.ts';
import { Failure } from '../model/failure.ts';
import { canonicalJson } from '../store/audit-hash.ts';
import type { Journal } from '../store/journal.ts';
import type { StoredReport } from '../store/report-memory.ts';
import { drillDocument, type DrillDocument, parseDrillDocument } from './drill-document.ts';
import {
  claimOrRefuse,
  ensureSigningKey,
  type FileOwner,
  makeDirectory,
  type SigningKey,
} from './key-files.ts';
import { hashText } from './hash-text.ts';
import { renderReportPage } from './page/render-report-page.ts';
import {
  listReportFiles,
  readIfThere,
  reportDirectory,
  type ReportFiles,
  reportFiles,
  signatureFileOf,
  writeReportFiles,
} from './report-files.ts';
import { type PublicReportKey, signReport } from './report-key.ts';

export interface ReportDrillDeps {
  readonly configuration: Configuration;
  readonly journal: Journal;
  readonly actor: Actor;
  /** The command as typed, or the line of the schedule. */
  readonly cause: string;
  /** Of this Holdfast. */
  readonly holdfast: string;
  /** Who runs pgBackRest; undefined where this process is that user. */
  readonly owner: FileOwner;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** A report that was written. */
export interface WrittenReport {
  readonly report: StoredReport;
  readonly files: ReportFiles;
  /** The first key was made for it: people should be told. */
  readonly keyMade: boolean;
}

/** How many former drills a page shows. */
const mostFormer = 30;

/**
 * Writes a drill down as evidence, however it ended: signs it, notes its hash in the audit trail, and writes document
 * and page. Once it is in the journal, files that a kill kept from being written are written with the next report. The
 * same drill again gives what is there.
 *
 * @param set as pgBackRest told it; undefined: none was chosen
 * @throws Failure not-permitted, disk-full, file-unusable, operation-unfinished, journal-damaged
 */
export async function reportDrill(
  report: DrillReport,
  set: BackupSet | undefined,
  deps: ReportDrillDeps,
): Promise<WrittenReport> {
  const { configuration, journal, actor, cause, holdfast, now } = deps;
  const { stateDirectory } = configuration;
  const { key, made } = await ensureSigningKey({ ...deps, stateDirectory });
  if (made) noteKey(key, 'made', deps);
  await adoptFiles(stateDirectory, journal);
  const objectives = configuration.stanzas.find(({ name }) => name === report.stanza)?.objectives ?? {};
  const fingerprint = hashText(canonicalJson(configuration));
  const stored = journal.reports.append(report.id, (place) => {
    const evidence = { report, actor, cause, holdfast, configuration: fingerprint, set, objectives };
    const text = canonicalJson(drillDocument(evidence, place, key.fingerprint, now()));
    const sha256 = hashText(text);
    journal.audit.append({
      actor,
      action: reportedAction,
      stanza: report.stanza,
      runId: report.id,
      details: { report: report.id, sequence: place.sequence, sha256, key: key.fingerprint },
    });
    return {
      stanza: report.stanza,
      repository: report.repository,
      endedAt: Date.parse(report.endedAt),
      result: report.result,
      sha256,
      document: text,
      signature: signReport(text, key.privateKey).toString('base64'),
      key: key.fingerprint,
    };
  });
  await writeWaiting(key, deps);
  return { report: stored, files: reportFiles(stateDirectory, stored.id), keyMade: made };
}

/** What the audit trail says of each report. */
export const reportedAction = 'drill reported';

/** Notes in the audit trail that a key signs from now on. */
export function noteKey(
  { number, fingerprint }: SigningKey,
  what: 'made' | 'replaced',
  { journal, actor }: Pick<ReportDrillDeps, 'journal' | 'actor'>,
): void {
  const details = { number, fingerprint };
  journal.audit.append({
    actor,
    action: `report key ${what}`,
    stanza: undefined,
    runId: undefined,
    details,
  });
}

/** Files of all reports that have none yet. */
async function writeWaiting(key: SigningKey, deps: ReportDrillDeps): Promise<void> {
  const { journal, configuration, owner } = deps;
  const directory = reportDirectory(configuration.stateDirectory);
  await makeDirectory(directory, owner, 0o750);
  using _claim = claimOrRefuse(directory, owner, 'write a report');
  for (const stored of journal.reports.list({ waiting: true }).toReversed()) {
    const files = reportFiles(configuration.stateDirectory, stored.id);
    // A page that a killed run wrote is signed as it is.
    const page = (await readIfThere(files.page)) ?? renderStoredPage(stored, journal, key);
    await writeReportFiles(
      directory,
      [
        { path: files.json, content: stored.document },
        { path: files.signature, content: Buffer.from(stored.signature, 'base64') },
        { path: files.page, content: page },
        { path: files.pageSignature, content: signReport(page, key.privateKey) },
      ],
      owner,
    );
    journal.reports.markWritten(stored.id);
  }
}

/** The page of a report. @param key the one of now @throws Failure journal-damaged */
export function renderStoredPage(stored: StoredReport, journal: Journal, key: PublicReportKey): string {
  const { stanza, repository, sequence } = stored;
  const former = journal.reports
    .list({ stanza, repository, upTo: sequence - 1, limit: mostFormer })
    .map(readStored)
    .toReversed();
  return renderReportPage({
    document: readStored(stored),
    text: stored.document,
    signature: stored.signature,
    sha256: stored.sha256,
    former,
    publicKey: key.fingerprint === stored.key ? key.pem : undefined,
  });
}

/** The document of a stored report. @throws Failure journal-damaged */
export function readStored({ document, id }: StoredReport): DrillDocument {
  const parsed = parseDrillDocument(document);
  if (parsed !== undefined) return parsed;
  throw new Failure('journal-damaged', {
    operation: 'read a report',
    place: id,
    problem: 'the journal has a report that cannot be read',
    hint: 'Look at its file below `reports` in the state directory: holdfast report verify --all.',
  });
}

/** A journal that was lost knows no reports, and the chain must go on. */
async function adoptFiles(stateDirectory: string, journal: Journal): Promise<void> {
  if (journal.reports.list({ limit: 1 }).length > 0) return;
  const found: StoredReport[] = [];
  for (const file of await listReportFiles(reportDirectory(stateDirectory))) {
    if (!file.endsWith('.json')) continue;
    const text = Buffer.from((await readIfThere(file)) ?? []).toString('utf8');
    const signature = await readIfThere(signatureFileOf(file));
    const document = parseDrillDocument(text);
    if (document === undefined || signature === undefined) continue;
    const { drill, sequence, key } = document;
    found.push({
      sequence,
      id: drill.id,
      stanza: drill.stanza,
      repository: drill.repository,
      endedAt: Date.parse(drill.endedAt),
      result: drill.result,
      sha256: hashText(text),
      document: text,
      signature: Buffer.from(signature).toString('base64'),
      key,
      written: true,
    });
  }
  if (found.length > 0) journal.reports.adopt(found);
}
