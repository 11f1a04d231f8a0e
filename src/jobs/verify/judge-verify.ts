import type { InvalidFile, VerifyOutcome } from '../../engine/verify.ts';
import type { BackupSet } from '../../model/backup-set.ts';
import type { Finding } from '../../model/finding.ts';
import type { Repository } from '../../model/repository.ts';
import { walKeptFrom } from '../expire/wal-kept-from.ts';
import { judgeRemarks } from './judge-remarks.ts';
import { findGaps, isCovered, type WalGap } from './wal-gaps.ts';

/** What was seen while one repository was verified. */
export interface VerifyObservation {
  readonly repository: Pick<Repository, 'name' | 'key' | 'retention'>;
  readonly outcome: VerifyOutcome;
  /** Sets that were listed before and are still listed after: the others came or went meanwhile. */
  readonly sets: readonly BackupSet[];
  /** Labels of those that came or went. */
  readonly passing: readonly string[];
  /** Only this set and all that it is built on. */
  readonly scope: string | undefined;
  /** By archive id, segments that are listed now, to see whether a hole has been filled meanwhile. Undefined: not looked. */
  readonly segmentsNow: ReadonlyMap<string, ReadonlySet<string>> | undefined;
  /** Info files whose copies verify called different, and which were found sound since: `backup.info`. */
  readonly soundPairs: readonly string[];
  /** Epoch milliseconds. */
  readonly now: number;
}

/**
 * What is wrong in a repository. The engine calls a set valid when another one that it is built on is damaged, a set
 * without manifests no error, and does not compare the WAL that there is with the WAL that the sets need
 * (repository-format.md, section 12): that is judged here.
 */
export function judgeVerify(seen: VerifyObservation): readonly Finding[] {
  const concerned = seen.sets.filter((set) => isInScope(set, seen));
  const findings = [
    ...concerned.flatMap((set) => judgeSet(set, seen)),
    ...judgeWalFiles(seen),
    ...concerned.flatMap((set) => judgeWalOfSet(set, seen)),
    ...judgeGaps(seen),
    ...judgeRemarks(seen.repository.name, seen.outcome, {
      unasked: unaskedLabels(seen, concerned),
      passing: seen.passing,
      soundPairs: seen.soundPairs,
    }),
    ...concerned.flatMap((set) => judgePages(set, seen)),
  ];
  const isExplained =
    seen.outcome.status === 'ok' || findings.some(({ severity }) => severity === 'critical');
  return isExplained || !isUnexplained(seen) ? findings : [...findings, unexplained(seen)];
}

/** Sets that were not asked for, and those that verify met and that are not listed: an expire removes them, or they are new. */
function unaskedLabels(
  { outcome, sets }: VerifyObservation,
  concerned: readonly BackupSet[],
): readonly string[] {
  const met = [...sets, ...outcome.sets].map((set) => set.label);
  return met.filter((label) => !concerned.some((set) => set.label === label));
}

function isInScope(set: BackupSet, { scope, sets }: VerifyObservation): boolean {
  if (scope === undefined || set.label === scope) return true;
  return sets.some((one) => one.label === scope && one.references.includes(set.label));
}

function judgeSet(set: BackupSet, seen: VerifyObservation): readonly Finding[] {
  const { outcome, scope } = seen;
  const subject = subjectOf(seen);
  const verified = outcome.sets.find((one) => one.label === set.label);
  // With --set the engine lists what it has to read, which need not be all that the set is built on.
  if (verified === undefined && scope !== undefined && set.label !== scope) return [];
  if (verified?.status === 'valid' || verified?.status === 'in-progress') return [];
  const dependents = seen.sets.filter((one) => one.references.includes(set.label)).map((one) => one.label);
  const also = dependents.length === 0 ? '' : `, and with it what is built on it: ${dependents.join(', ')}`;
  if (verified?.status === 'invalid') {
    const files = outcome.invalidFiles.filter((file) => file.place === set.label);
    return [
      {
        rule: 'set-damaged',
        severity: 'critical',
        subject,
        problem: `set ${set.label} is damaged${also}`,
        evidence: files.length === 0 ? describeInherited(set, seen) : describeFiles(files),
        remedy:
          'Take a full backup now, before you do anything else. Find out what happened to the storage; restores need another set or another repository meanwhile.',
      },
    ];
  }
  return [
    {
      rule: 'set-missing',
      severity: 'critical',
      subject,
      problem: `set ${set.label} is listed, but its files are not there${also}`,
      evidence:
        verified === undefined
          ? 'pgbackrest did not find its directory'
          : 'its manifest and the copy of it are gone',
      remedy:
        'Take a full backup now. Find out who or what removes files from the repository (a lifecycle rule of the object store, a clean-up job).',
    },
  ];
}

/** A set without damaged files of its own uses one of a set that it is built on, or has a manifest that is no use. */
function describeInherited(set: BackupSet, { outcome }: VerifyObservation): string {
  const from = outcome.sets.find((one) => one.status === 'invalid' && set.references.includes(one.label));
  return from === undefined
    ? 'its manifest cannot be used'
    : `it uses files of set ${from.label}, which is damaged`;
}

function judgeWalFiles({ outcome, ...seen }: VerifyObservation): readonly Finding[] {
  const ids = outcome.archives.map((archive) => archive.id);
  // What was listed and gone a moment later has been expired meanwhile; what was gone before is a hole.
  const files = outcome.invalidFiles.filter((file) => ids.includes(file.place) && file.problem !== 'missing');
  if (files.length === 0) return [];
  return [
    {
      rule: 'wal-damaged',
      severity: 'critical',
      subject: subjectOf(seen),
      problem: `${files.length === 1 ? 'a WAL segment is' : `${files.length} WAL segments are`} damaged: no restore gets past ${files.length === 1 ? 'it' : 'them'}`,
      evidence: describeFiles(files),
      remedy: 'Take a full backup now: restores to times after it do not need this WAL.',
    },
  ];
}

function judgeWalOfSet(set: BackupSet, seen: VerifyObservation): readonly Finding[] {
  const { archiveStart: first, archiveStop: last } = set;
  if (first === undefined || last === undefined) return [];
  const archive = seen.outcome.archives.find((one) => databaseOf(one.id) === set.databaseId);
  const segmentsNow = archive && seen.segmentsNow?.get(archive.id);
  if (archive !== undefined && isCovered({ first, last }, archive.ranges, segmentsNow)) return [];
  return [
    {
      rule: 'set-wal-missing',
      severity: 'critical',
      subject: subjectOf(seen),
      problem: `set ${set.label} cannot be restored: WAL that makes it consistent is missing`,
      evidence: `it needs ${first} to ${last}; there is ${describeRanges(archive?.ranges ?? [], first, last)}`,
      remedy:
        'If the segments still lie in pg_wal of a server, archive them with `pgbackrest archive-push`. Otherwise take a full backup now.',
    },
  ];
}

function judgeGaps(seen: VerifyObservation): readonly Finding[] {
  if (seen.scope !== undefined) return [];
  return seen.outcome.archives.flatMap((archive) => {
    const databaseId = databaseOf(archive.id);
    const from = walKeptFrom(seen.repository.retention, seen.sets, databaseId, seen.now)?.archiveStart;
    if (from === undefined) return [];
    const gaps = findGaps(archive.ranges, from, seen.segmentsNow?.get(archive.id));
    return gaps.map((gap) => gapFinding(archive.id, gap, seen));
  });
}

function gapFinding(archiveId: string, gap: WalGap, seen: VerifyObservation): Finding {
  return {
    rule: 'wal-gap',
    severity: 'critical',
    subject: subjectOf(seen),
    problem: `WAL is missing between ${gap.after} and ${gap.before} (${archiveId}): a restore that has to go through it ends there, and one to the latest state ends there without an error`,
    evidence: 'the segments that pgbackrest found in the repository',
    remedy:
      'If the segments still lie in pg_wal of a server, archive them with `pgbackrest archive-push`. Otherwise take a full backup now: times after it can be restored again.',
  };
}

function judgePages(set: BackupSet, seen: VerifyObservation): readonly Finding[] {
  if (!set.error) return [];
  return [
    {
      rule: 'set-pages',
      severity: 'warning',
      subject: subjectOf(seen),
      problem: `set ${set.label} has pages that were damaged in the cluster already when it was taken`,
      evidence: 'its page checksum errors, as `holdfast info` shows them',
      remedy: 'Keep an older set until the cluster is sound.',
    },
  ];
}

/** The engine's error is about sets that came or went meanwhile, or not about the set that was asked for. */
function isUnexplained({ outcome, sets, scope }: VerifyObservation): boolean {
  const listed = new Set(sets.map((set) => set.label));
  const others = outcome.sets.some((set) => set.status === 'invalid' && !listed.has(set.label));
  const expiredWal = outcome.invalidFiles.some((file) => file.problem === 'missing');
  return !others && !expiredWal && scope === undefined;
}

function unexplained(seen: VerifyObservation): Finding {
  return {
    rule: 'verify-error',
    severity: 'critical',
    subject: subjectOf(seen),
    problem: 'pgbackrest found an error',
    evidence: seen.outcome.remarks.join('; ') || 'it does not say which',
    remedy: 'Run `pgbackrest --output=text --verbose verify` and look at its log.',
  };
}

function subjectOf({ repository }: Pick<VerifyObservation, 'repository'>): string {
  return `repository ${repository.name}`;
}

/** `15-1` → 1. */
function databaseOf(archiveId: string): number {
  return Number(archiveId.split('-').at(-1));
}

const problemWords: Readonly<Record<InvalidFile['problem'], string>> = {
  missing: 'missing',
  checksum: 'wrong checksum',
  size: 'wrong size',
  other: 'cannot be read',
};

function describeFiles(files: readonly InvalidFile[]): string {
  const shown = files.slice(0, 5).map(({ problem, place, file, detail }) => {
    return `${place}/${file}: ${problemWords[problem]}${detail === undefined ? '' : ` (${detail})`}`;
  });
  const more = files.length > shown.length ? [`and ${files.length - shown.length} more`] : [];
  return [...shown, ...more].join('; ');
}

function describeRanges(
  ranges: readonly { readonly first: string; readonly last: string }[],
  first: string,
  last: string,
): string {
  const near = ranges.filter((range) => range.last >= first && range.first <= last);
  return near.length === 0 ? 'none of it' : near.map((range) => `${range.first} to ${range.last}`).join(', ');
}
