import type { VerifyOutcome } from '../../engine/verify.ts';
import type { Finding } from '../../model/finding.ts';

type Verdict = Pick<Finding, 'rule' | 'severity' | 'problem' | 'remedy'>;

const copyDamaged: Verdict = {
  rule: 'copy-damaged',
  severity: 'warning',
  problem: 'a file that is kept twice is damaged or missing once',
  remedy:
    'The next backup or expire writes backup.info and archive.info and their copies anew. A manifest stays as it is: take a full backup soon, and check the storage.',
};

/**
 * How the engine refuses backup.info, archive.info or a manifest: it does not say which of them (pgBackRest
 * `src/common/ini.c`, `src/common/crypto/cipherBlock.c`; verify logs the bare message). When the copy is no use either
 * it says so besides.
 */
const unreadable =
  /^(key\/value found outside of section|invalid JSON value|missing '=' in key\/value|invalid empty section|ini section should end|key is zero-length|cipher header |unable to flush)/;

/** What verify says besides its counts, from the worst to the harmless. The first that fits tells. */
const verdicts: readonly (readonly [RegExp, Verdict])[] = [
  // What it quotes of the file may hold any word.
  [unreadable, copyDamaged],
  [
    /^No usable (backup|archive)\.info file/,
    {
      rule: 'catalogue-damaged',
      severity: 'critical',
      problem: 'the list of the sets or of the databases cannot be read, and neither can its copy',
      remedy:
        'Restore backup.info and archive.info with their copies from a snapshot or an older version of the bucket.',
    },
  ],
  [
    /^duplicate WAL /,
    {
      rule: 'wal-duplicate',
      severity: 'critical',
      problem:
        'WAL of one name is there twice, with different contents: two servers archive into this stanza',
      remedy:
        'Find the other server (a copy that still has archive_command) and stop its archiving. Then take a full backup.',
    },
  ],
  [
    /may not be recoverable|are not in the archive\.info history list|do(es)? not match.*history|history.*do(es)? not match/s,
    {
      rule: 'history-mismatch',
      severity: 'critical',
      problem: 'the repository holds something of a database that its own history does not know',
      remedy: 'Find out which cluster wrote it. Sets and WAL of it cannot be restored with this stanza.',
    },
  ],
  [
    /found in backup\.info but not in the repository/,
    {
      rule: 'set-missing',
      severity: 'critical',
      problem: 'a set is listed, but its files are not there',
      remedy: 'Take a full backup now, and find out who or what removes files from the repository.',
    },
  ],
  [
    /found in the repository but not in backup\.info/,
    {
      rule: 'set-unlisted',
      severity: 'advice',
      problem: 'files of a set are there that is not listed: an expire was stopped in the middle',
      remedy: 'They take space and serve nobody. The next `holdfast expire` removes them.',
    },
  ],
  [/\.info\b|\.copy\b|backup\.manifest/, copyDamaged],
];

/** What narrows down what verify said. */
export interface RemarkContext {
  /** Labels of sets that were not asked for: what is said of their manifests is left out. */
  readonly unasked: readonly string[];
  /** Labels of sets that came or went meanwhile: nothing that is said of them counts. */
  readonly passing: readonly string[];
  /** Info files whose two copies were read since, and are whole and the same: `backup.info`. */
  readonly soundPairs: readonly string[];
}

/**
 * Names of the info files of which verify said that the two copies differ. The engine writes one right after the other,
 * so it sees that of a sound pair too when it reads between (pgBackRest `src/command/verify/verify.c`,
 * verifyBackupInfoFile): they have to be looked at once more.
 */
export function differingPairs(remarks: readonly string[]): readonly string[] {
  return remarks.flatMap((remark) => differingPair(remark) ?? []);
}

function differingPair(remark: string): string | undefined {
  return /^((?:backup|archive)\.info)\.copy does not match /.exec(remark)?.[1];
}

/** Findings for what verify says besides its counts. */
export function judgeRemarks(
  repository: string,
  { remarks, sets }: Pick<VerifyOutcome, 'remarks' | 'sets'>,
  { unasked, passing, soundPairs }: RemarkContext,
): readonly Finding[] {
  const subject = `repository ${repository}`;
  const unfinished = sets.filter((set) => set.status === 'in-progress').map((set) => set.label);
  const missing = sets.filter((set) => set.status === 'manifest missing').map((set) => set.label);
  const found = new Map<Verdict, string[]>();
  const others: string[] = [];
  for (const remark of remarks) {
    // Said by its set, which is judged by the list of sets.
    if ([...unfinished, ...missing, ...passing].some((label) => namesSet(label, remark))) continue;
    if (unasked.some((label) => namesManifestOf(label, remark))) continue;
    if (soundPairs.includes(differingPair(remark) ?? '')) continue;
    const verdict = verdicts.find(([pattern]) => pattern.test(remark))?.[1];
    if (verdict === undefined) others.push(remark);
    else found.set(verdict, [...(found.get(verdict) ?? []), remark]);
  }
  return [
    ...[...found].map(([verdict, said]) => ({ ...verdict, subject, evidence: quoteRemarks(said) })),
    ...(unfinished.length === 0 ? [] : [unfinishedSet(subject, unfinished)]),
    ...(others.length === 0 ? [] : [otherRemark(subject, others)]),
  ];
}

function namesManifestOf(label: string, remark: string): boolean {
  return /manifest/.test(remark) && namesSet(label, remark);
}

/** `…/20261120-103000F/backup.manifest` or `'20261120-103000F'`, and not a set whose label begins so. */
function namesSet(label: string, remark: string): boolean {
  return [`/${label}/`, ` ${label}/`, `'${label}'`].some((name) => ` ${remark}`.includes(name));
}

/** The engine quotes whole lines of the file, and of a damaged one whatever bytes are there. */
function quoteRemarks(remarks: readonly string[]): string {
  return remarks
    .slice(0, 5)
    .map((remark) => remark.replaceAll(/\p{Cc}+/gu, ' '))
    .map((remark) => (remark.length > 300 ? `${remark.slice(0, 300)}…` : remark))
    .join('; ');
}

function unfinishedSet(subject: string, labels: readonly string[]): Finding {
  return {
    rule: 'set-unfinished',
    severity: 'advice',
    subject,
    problem: `${labels.join(', ')} is being taken, or was not finished`,
    evidence: 'there is only the copy of its manifest',
    remedy: 'Nothing has to be done: the next backup resumes or removes it.',
  };
}

function otherRemark(subject: string, remarks: readonly string[]): Finding {
  return {
    rule: 'verify-remark',
    severity: 'advice',
    subject,
    problem: 'pgbackrest says more than Holdfast knows to judge',
    evidence: quoteRemarks(remarks),
    remedy: 'Read it; the verdict does not depend on it.',
  };
}
