import type { Finding } from '../../model/finding.ts';
import { listDuplicates } from '../wal/ledger.ts';
import type { KnownTimeline } from '../../store/timeline-memory.ts';
import type { SetChoice } from './choose-set.ts';
import type { RepositoryObservation, RestoreObservations } from './observations.ts';
import type { RestoreRequest } from './restore-request.ts';

/** Why the repository, its set or the engine's state stand in the way. */
export function checkRepository(
  request: RestoreRequest,
  observations: RestoreObservations,
  choice: SetChoice,
): { readonly refusals: Finding[]; readonly warnings: Finding[] } {
  const refusals = [
    brokenSet(choice),
    unreadableWal(choice),
    mismatch(observations),
    duplicates(choice),
    ...busy(request, observations),
  ];
  return {
    refusals: refusals.filter((finding) => finding !== undefined),
    warnings: [
      ...observations.repositories.filter((one) => one.key !== choice.repository.key).flatMap(unreadable),
      ...unfollowed(observations, choice),
      ...damagedPages(choice),
      ...sameNames(choice),
    ],
  };
}

function brokenSet({ repository, verdict }: SetChoice): Finding | undefined {
  if (verdict.kind === 'usable' || verdict.kind === 'late' || verdict.kind === 'cut') return undefined;
  return {
    rule: 'no-usable-set',
    severity: 'critical',
    subject: `repository ${repository.name}`,
    problem: `backup set ${verdict.set.label} cannot be restored: ${verdict.problem ?? 'unknown reason'}`,
    evidence: 'the list of the archive in the repository, not what info claims',
    remedy:
      'Choose another repository with --repo or another timeline with --timeline; take a full backup at once.',
  };
}

/**
 * The WAL that leads to the target is listed and could not be looked into. To go on would mean to find out with the old
 * cluster away; and of `latest` PostgreSQL says nothing: a segment that it does not get is the end of the WAL.
 */
function unreadableWal({ repository, verdict, reaches }: SetChoice): Finding | undefined {
  const { failure } = repository;
  if (reaches || failure === undefined || verdict.kind !== 'usable') return undefined;
  return {
    rule: 'repository-unreadable',
    severity: 'critical',
    subject: `repository ${repository.name}`,
    problem: `the WAL that leads to the target cannot be read: ${failure.problem}`,
    evidence: failure.place ?? failure.operation,
    remedy: `${failure.hint ?? 'Check its credentials, passphrase and reachability with holdfast check.'} A target before the WAL that cannot be read works: --to immediate, or a time, xid: or lsn: from holdfast windows.`,
  };
}

/** The engine would end with [058] or restore another cluster's data over this one. */
function mismatch({ cluster, catalogue }: RestoreObservations): Finding | undefined {
  const own = cluster.control?.systemIdentifier;
  if (own === undefined || catalogue.databases.length === 0) return undefined;
  if (catalogue.databases.some((one) => one.systemIdentifier === own)) return undefined;
  const known = [...new Set(catalogue.databases.map((one) => String(one.systemIdentifier)))].join(', ');
  return {
    rule: 'stanza-mismatch',
    severity: 'critical',
    subject: `stanza ${catalogue.stanza}`,
    problem: 'the cluster in the data directory is not the one in the repositories',
    evidence: `system identifier ${own} in ${cluster.server.node.path}, ${known} in the repositories`,
    remedy:
      'Restore with --into another directory, or check that the path of the node in holdfast.yaml is right.',
  };
}

function duplicates({ repository, verdict }: SetChoice): Finding | undefined {
  const names = (repository.ledger === undefined ? [] : listDuplicates(repository.ledger)).filter(
    (name) => name >= (verdict.set.archiveStart ?? ''),
  );
  if (names.length === 0) return undefined;
  return {
    rule: 'wal-stored-twice',
    severity: 'critical',
    subject: `repository ${repository.name}`,
    problem: 'WAL segments are stored twice with different contents',
    evidence: names.slice(0, 5).join(', '),
    remedy:
      'Two servers archived into one stanza. Restore from another repository with --repo, or to a target before these segments.',
  };
}

function busy(request: RestoreRequest, { catalogue }: RestoreObservations): Finding[] {
  if (!catalogue.backupRunning || request.into !== undefined) return [];
  return [
    {
      rule: 'engine-busy',
      severity: 'critical',
      subject: `stanza ${catalogue.stanza}`,
      problem: 'a backup or restore of this stanza is running on this host',
      evidence: 'its lock is held, as pgbackrest info says',
      remedy: 'Wait until it has ended, or stop it.',
    },
  ];
}

/**
 * Higher timelines in the archive: WAL of a copy that archived here by mistake, an undone restore, or production itself
 * when this host is not where it went on. A plain restore would follow the highest.
 */
function unfollowed({ timeline }: RestoreObservations, { repository }: SetChoice): Finding[] {
  const { ledger } = repository;
  if (timeline.source === 'asked for' || ledger === undefined) return [];
  const higher = [...new Set([...ledger.timelines.keys(), ...ledger.histories])]
    .filter((one) => one > timeline.timeline)
    .toSorted((left, right) => left - right);
  const [first] = higher;
  if (first === undefined) return [];
  const words = higher.map((one) => describeUnfollowed(one, timeline.known ?? []));
  return [
    {
      rule: 'timeline-not-followed',
      severity: 'warning',
      subject: `repository ${repository.name}`,
      problem: `the archive has timeline ${higher.join(', ')}, which this plan does not follow: it stays on timeline ${timeline.timeline}`,
      evidence: words.join('; '),
      remedy: `See holdfast timelines. If production went on there (a failover to another host), add --timeline ${first}.`,
    },
  ];
}

function describeUnfollowed(timeline: number, known: readonly KnownTimeline[]): string {
  const memory = known.find((one) => one.timeline === timeline);
  if (memory === undefined) return `production was never seen on timeline ${timeline}: it may be of a copy`;
  const at = new Date(memory.lastSeen).toISOString();
  return memory.source === 'accepted'
    ? `timeline ${timeline} was accepted by a person at ${at}`
    : `production was seen on timeline ${timeline} until ${at}`;
}

/** Of a repository that is not used: something for later. */
function unreadable(repository: RepositoryObservation): Finding[] {
  const problem = describeUnreadable(repository);
  if (problem === undefined) return [];
  return [
    {
      rule: 'repository-unreadable',
      severity: 'warning',
      subject: `repository ${repository.name}`,
      problem,
      evidence: 'seen while planning',
      remedy: 'Check its credentials, passphrase and reachability with holdfast check.',
    },
  ];
}

/** Why a repository could not be used at all; undefined when it could. */
export function describeUnreadable(repository: RepositoryObservation): string | undefined {
  if (repository.failure) return repository.failure.problem;
  if (repository.status && repository.status.code !== 0) return repository.status.message;
  if (!repository.status) return 'the engine does not know it';
  return repository.sets.length === 0 ? 'it has no backup set of this stanza' : undefined;
}

function damagedPages({ repository, verdict }: SetChoice): Finding[] {
  if (!verdict.set.error) return [];
  return [
    {
      rule: 'set-with-page-errors',
      severity: 'warning',
      subject: `set ${verdict.set.label}`,
      problem: 'page checksum errors were found when this set was taken',
      evidence: `pgbackrest info of repository ${repository.name}`,
      remedy: `No sound set leads to the target. See pgbackrest info --set=${verdict.set.label} for the files, and check them after the restore.`,
    },
  ];
}

function sameNames({ repository }: SetChoice): Finding[] {
  const others = repository.evidence?.sameName ?? [];
  if (others.length === 0) return [];
  return [
    {
      rule: 'restore-point-name-used-again',
      severity: 'warning',
      subject: `repository ${repository.name}`,
      problem: `the name was used ${others.length + 1} times; PostgreSQL stops at the first one after the backup set`,
      evidence: others.map((event) => new Date(Number(event.time / 1000n)).toISOString()).join(', '),
      remedy: 'For a later one restore to lsn: or to a time, or begin with a later set with --set.',
    },
  ];
}
