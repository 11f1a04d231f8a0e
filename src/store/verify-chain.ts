import { hashEntry, noPreviousHash } from './audit-hash.ts';
import { readNotedLosses, type NotedLosses } from './audit-losses.ts';
import { tryAuditRow } from './audit-rows.ts';
import type { AuditAnchor, AuditEntry, AuditVerdict } from './audit-trail.ts';
import type { SqlRow } from './journal-database.ts';
import { formatAuditAnchor } from './parse-audit-anchor.ts';

/** What the chain is held against. */
export interface ChainEvidence {
  /** Rows of table `audit`, in order of their sequence. */
  readonly rows: Iterable<SqlRow>;
  /** The last entry as the journal keeps it outside of the table. */
  readonly notedHead: AuditAnchor | undefined;
  /** Kept outside of the journal. */
  readonly anchors: readonly AuditAnchor[];
  /** Sees every entry that is one. */
  readonly onEntry?: (entry: AuditEntry) => void;
}

interface Gap {
  readonly from: number;
  readonly to: number;
}

/** Computes the whole chain again. Pure but for reading the rows. */
export function verifyChain(evidence: ChainEvidence): AuditVerdict {
  const chain = new ChainReader(evidence.onEntry);
  for (const row of evidence.rows) chain.take(row);
  const { last } = chain;
  if (evidence.notedHead !== undefined) chain.compareHead(evidence.notedHead);
  const anchored = judgeAnchors(chain, evidence.anchors);
  const losses = chain.gaps.filter((gap) => isNoted(gap, chain.noted));
  const missing = chain.gaps.filter((gap) => !isNoted(gap, chain.noted));
  return {
    entries: chain.entries,
    head: last,
    problems: [
      ...missing.map((gap) => `${span(gap)} missing: removed from the trail`),
      ...chain.problems,
      ...anchored.problems,
    ],
    losses: [
      ...losses.map((gap) => `${span(gap)} missing: lost with a damaged journal, as its rebuilding noted`),
      ...anchored.losses,
    ],
  };
}

/** Walks over the rows and keeps what is wrong with each. */
class ChainReader {
  readonly problems: string[] = [];
  readonly gaps: Gap[] = [];
  readonly noted: NotedLosses[] = [];
  readonly hashes = new Map<number, string>();
  entries = 0;
  last: AuditAnchor | undefined;
  readonly #onEntry: ((entry: AuditEntry) => void) | undefined;

  constructor(onEntry: ((entry: AuditEntry) => void) | undefined) {
    this.#onEntry = onEntry;
  }

  take(row: SqlRow): void {
    const { sequence, entry, previous, hash } = row;
    if (
      typeof sequence !== 'number' ||
      typeof entry !== 'string' ||
      typeof previous !== 'string' ||
      typeof hash !== 'string'
    ) {
      this.problems.push(`entry ${String(sequence)} is no entry`);
      return;
    }
    this.entries++;
    this.#followsOn(sequence, previous);
    if (hashEntry(previous, entry) !== hash) {
      this.problems.push(`entry ${sequence} was changed: its hash is not that of what it says`);
    }
    const read = tryAuditRow(row);
    if (read === undefined) this.problems.push(`entry ${sequence} is no entry: its text cannot be read`);
    else if (read.sequence !== sequence) {
      this.problems.push(`entry ${sequence} says that it is entry ${read.sequence}: entries were moved`);
    } else {
      const noted = readNotedLosses(read);
      if (noted !== undefined) this.noted.push(noted);
      this.#onEntry?.(read);
    }
    this.last = { sequence, hash };
    this.hashes.set(sequence, hash);
  }

  #followsOn(sequence: number, previous: string): void {
    const expected = (this.last?.sequence ?? 0) + 1;
    if (sequence > expected) {
      this.gaps.push({ from: expected, to: sequence - 1 });
      return;
    }
    if (previous === (this.last?.hash ?? noPreviousHash)) return;
    this.problems.push(
      sequence === 1
        ? 'entry 1 is not the beginning of a trail'
        : `entry ${sequence} does not follow entry ${sequence - 1}: one of them was changed, removed or put in`,
    );
  }

  compareHead(head: AuditAnchor): void {
    const last = this.last?.sequence ?? 0;
    if (head.sequence > last) this.gaps.push({ from: last + 1, to: head.sequence });
    else if (head.sequence < last) {
      const gap = { from: head.sequence + 1, to: last };
      this.problems.push(
        `${span(gap)} there, but Holdfast wrote nothing after entry ${head.sequence}: put in`,
      );
    } else if (head.hash !== this.last?.hash) {
      this.problems.push(
        `entry ${last} is not the last one that Holdfast wrote: the end of the trail was rewritten`,
      );
    }
  }
}

function judgeAnchors(
  chain: ChainReader,
  anchors: readonly AuditAnchor[],
): { readonly problems: readonly string[]; readonly losses: readonly string[] } {
  const problems = new Set<string>();
  const losses = new Set<string>();
  const former = new Set(chain.noted.flatMap((noted) => noted.formerAnchors.map(formatAuditAnchor)));
  for (const anchor of anchors) {
    const { sequence } = anchor;
    const present = chain.hashes.get(sequence);
    if (present === anchor.hash) continue;
    if (former.has(formatAuditAnchor(anchor))) {
      losses.add('a trail that was there before is lost as a whole, as the rebuilding of the journal noted');
    } else if (present !== undefined) {
      problems.add(
        `entry ${sequence} is not the one that a backup set has noted: the trail was rewritten up to there`,
      );
    } else if (sequence > (chain.last?.sequence ?? 0)) {
      problems.add(
        `entry ${sequence}, which a backup set has noted, is missing: the end of the trail was cut off`,
      );
    }
    // Inside of a gap: the gap has been told.
  }
  return { problems: [...problems], losses: [...losses] };
}

function isNoted(gap: Gap, noted: readonly NotedLosses[]): boolean {
  return noted.some((losses) => losses.lostEntries.some(([from, to]) => from <= gap.from && gap.to <= to));
}

function span({ from, to }: Gap): string {
  return from === to ? `entry ${from} is` : `entries ${from} to ${to} are`;
}
