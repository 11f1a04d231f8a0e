import { basename } from 'node:path';
import { canonicalJson } from '../store/audit-hash.ts';
import { type DrillDocument, parseDrillDocument } from './drill-document.ts';
import type { OwnReportKey } from './key-files.ts';
import { readIfThere, signatureFileOf } from './report-files.ts';
import { hashText } from './hash-text.ts';
import { isSignedBy, type PublicReportKey } from './report-key.ts';

/** A key to verify with; of a key of this host it is known when it signed. */
export type VerifyingKey = PublicReportKey & Partial<Pick<OwnReportKey, 'number' | 'madeAt' | 'retiredAt'>>;

/** What came out of verifying one file. */
export interface VerifiedReport {
  readonly file: string;
  /** Of the report; null for a page, and for what is no report. */
  readonly id: string | null;
  readonly sequence: number | null;
  readonly sha256: string | null;
  /** Fingerprint of the key that signed it; null when none of those given did. */
  readonly key: string | null;
  readonly keyNumber: number | null;
  /** Empty: nobody changed it. Each in words. */
  readonly problems: readonly string[];
}

export interface ReadReport {
  readonly verified: VerifiedReport;
  readonly document: DrillDocument | undefined;
}

/** Clocks of hosts go apart; a key made at the first drill is younger than nothing that it signed. Milliseconds. */
const clockTolerance = 5 * 60_000;

/**
 * Verifies a document (`.json`) or a page (`.html`) with the signature beside it.
 *
 * @throws Failure not-permitted, file-unusable when a file is there and cannot be read
 */
export async function verifyReportFile(file: string, keys: readonly VerifyingKey[]): Promise<ReadReport> {
  const [content, signature] = [await readIfThere(file), await readIfThere(signatureFileOf(file))];
  const nothing = { file, id: null, sequence: null, sha256: null, key: null, keyNumber: null };
  if (content === undefined)
    return { verified: { ...nothing, problems: ['the file is not there'] }, document: undefined };
  const text = Buffer.from(content).toString('utf8');
  const document = file.endsWith('.html') ? undefined : parseDrillDocument(text);
  const signer =
    signature === undefined ? undefined : keys.find((key) => isSignedBy(content, signature, key));
  const problems = [
    ...judgeSignature(file, signature, signer, keys),
    ...(file.endsWith('.html') ? [] : judgeDocument(text, document, signer)),
  ];
  const verified: VerifiedReport = {
    file,
    id: document?.drill.id ?? null,
    sequence: document?.sequence ?? null,
    sha256: hashText(content),
    key: signer?.fingerprint ?? null,
    keyNumber: signer?.number ?? null,
    problems,
  };
  return { verified, document };
}

function judgeSignature(
  file: string,
  signature: Uint8Array | undefined,
  signer: VerifyingKey | undefined,
  keys: readonly VerifyingKey[],
): string[] {
  if (signature === undefined)
    return [`there is no signature: ${basename(signatureFileOf(file))} is missing`];
  if (keys.length === 0) return ['there is no public key to verify it with'];
  if (signer === undefined) return ['the signature is wrong: the file was changed, or another key signed it'];
  return [];
}

function judgeDocument(
  text: string,
  document: DrillDocument | undefined,
  signer: VerifyingKey | undefined,
): string[] {
  if (document === undefined) return ['it is no report of a drill'];
  const problems: string[] = [];
  if (canonicalJson(JSON.parse(text)) !== text)
    problems.push('it is not in the form in which Holdfast writes it');
  if (signer === undefined) return problems;
  if (document.key !== signer.fingerprint)
    problems.push(`it says that key ${document.key} signs it, and ${signer.fingerprint} did`);
  const at = Date.parse(document.writtenAt);
  if (signer.madeAt !== undefined && at < signer.madeAt - clockTolerance)
    problems.push('it says that it was written before its key was made');
  if (signer.retiredAt !== undefined && at > signer.retiredAt + clockTolerance)
    problems.push('it says that it was written after its key was replaced');
  return problems;
}

/**
 * Whether each report names the one before as it is, from the first to the last that is there.
 *
 * @returns problems in words, for the whole; empty: no report between them is missing or was replaced
 */
export function verifyReportChain(documents: readonly ChainedReport[]): readonly string[] {
  const sorted = documents.toSorted((left, right) => left.document.sequence - right.document.sequence);
  const problems: string[] = [];
  let before: ChainedReport | undefined;
  for (const current of sorted) {
    const { sequence, previous, drill } = current.document;
    const expected = (before?.document.sequence ?? 0) + 1;
    if (before !== undefined && sequence < expected)
      problems.push(
        `there are two reports with number ${sequence}: ${before.document.drill.id} and ${drill.id}`,
      );
    else if (sequence > expected) problems.push(describeGap(expected, sequence - 1));
    else if ((previous?.sha256 ?? undefined) !== before?.sha256)
      problems.push(
        `report ${drill.id} (number ${sequence}) names another report before it than ${before?.document.drill.id ?? 'none'} as it is`,
      );
    before = current;
  }
  return problems;
}

/** A document with the hash of its bytes. */
export interface ChainedReport {
  readonly document: DrillDocument;
  readonly sha256: string;
}

function describeGap(first: number, last: number): string {
  return first === last
    ? `report number ${first} is missing`
    : `reports number ${first} to ${last} are missing`;
}
