import { Failure, isFailure } from '../../model/failure.ts';
import type { Finding } from '../../model/finding.ts';
import type { RestoreTarget } from '../../model/restore-target.ts';
import { type Lsn, parseLsn } from '../../model/wal.ts';
import { readRecovery } from '../../postgres/recovery-progress.ts';
import type { CopyDependencies } from '../copy/copy-deps.ts';
import { dropCopy } from '../copy/drop-copy.ts';
import { makeCopy, type MadeCopy, planCopy } from '../copy/make-copy.ts';
import { describeTarget } from '../describe-target.ts';
import type { Commit, CommitList } from './commit-list.ts';
import { listCommits, type ListedCommits } from './list-commits.ts';
import { measureSearch, type SearchMeasurements } from './measure-search.ts';
import { type Probe, runProbe } from './run-probe.ts';
import { SearchStand } from './search-stand.ts';
import { type ProbeAnswer, searchTransition, type Transition } from './search-transition.ts';
import { type SearchWal, walForSearch } from './search-wal-source.ts';

/** What is searched, and between what. */
export interface FindRequest {
  readonly stanza: string;
  readonly probe: Probe;
  /** The probe is true here. */
  readonly from: RestoreTarget;
  /** And not here. */
  readonly until: RestoreTarget;
  readonly repositoryName?: string | undefined;
  readonly timeline?: number | undefined;
}

/** What a search tells while it goes on. */
export interface FindProgress {
  readonly look: number;
  /** Commits that may still be the one. */
  readonly left: number;
  /** The last one seen good and the first one seen bad. */
  readonly good: Commit | undefined;
  readonly bad: Commit | undefined;
  /** Milliseconds. */
  readonly expectedMs: number;
}

export interface FindDependencies extends CopyDependencies {
  readonly onLook?: ((progress: FindProgress) => void) | undefined;
  readonly onList?: ((done: number, total: number) => void) | undefined;
}

export interface FoundMoment {
  readonly transition: Transition;
  /** The last commit after which the probe was true; undefined: at the beginning, before the first commit. */
  readonly good: Commit | undefined;
  /** The first one after which it was not; undefined: it is still true at the end. */
  readonly bad: Commit | undefined;
  /** All that could be the culprit: one, and more only where the probe was blocked by a lock. */
  readonly suspects: readonly Commit[];
  readonly commits: number;
  /** The WAL reaches to the end that was asked for. */
  readonly complete: boolean;
  /** The bad commit is in WAL that production has not archived yet. */
  readonly isArchived: boolean;
  readonly last: Commit | undefined;
  readonly repository: string;
  readonly timeline: number;
  readonly measured: SearchMeasurements;
}

/**
 * Finds the first commit after which a probe is not true any more, with a copy that replays from `from` on and is asked
 * at chosen commits. Nothing of the copy is left, whatever happens.
 *
 * @throws Failure those of planCopy and makeCopy; nothing-found when it is bad already at the beginning, or when the
 *   probe has no answer; usage; target-unreachable
 */
export async function findMoment(request: FindRequest, deps: FindDependencies): Promise<FoundMoment> {
  await using search = new MomentSearch(request, deps);
  // Awaited here: what is disposed of is needed until then.
  return await search.run();
}

class MomentSearch implements AsyncDisposable {
  readonly #request: FindRequest;
  readonly #deps: FindDependencies;
  readonly #measure: ReturnType<typeof measureSearch>;
  #copy: MadeCopy | undefined;
  #stand: SearchStand | undefined;
  #wal: SearchWal | undefined;

  constructor(request: FindRequest, deps: FindDependencies) {
    this.#request = request;
    this.#deps = deps;
    this.#measure = measureSearch(deps.now);
  }

  async run(): Promise<FoundMoment> {
    const { from } = this.#request;
    await this.#measure.copy(() => this.#makeCopy(from));
    const wal = this.#requireWal();
    const listed = await this.#list(wal);
    const { commits } = listed;
    await this.#askBeginning(listed);
    const transition = await this.#search(commits);
    const { good, bad, suspect } = transition;
    const badCommit = bad === undefined ? undefined : commits.at(bad);
    const { plan } = this.#requireCopy();
    return {
      transition,
      good: commits.at(good) ?? listed.before,
      bad: badCommit,
      suspects: bad === undefined ? [] : commitsBetween(commits, suspect, bad),
      commits: commits.length,
      complete: listed.complete,
      isArchived: badCommit === undefined || badCommit.endLsn <= wal.archivedUntil,
      last: commits.at(commits.length - 1),
      repository: plan.repository.name,
      timeline: plan.target.timeline,
      measured: this.#measure.result(),
    };
  }

  async #makeCopy(target: RestoreTarget, repositoryName = this.#request.repositoryName): Promise<void> {
    const { stanza, timeline } = this.#request;
    const planned = await planCopy(
      { purpose: 'find', stanza, target, repositoryName, timeline, pause: true },
      this.#deps,
    );
    this.#copy = await makeCopy(planned, this.#deps);
    this.#wal ??= walForSearch(planned, this.#deps);
    const { replayLsn, paused } = await readRecovery(this.#copy.server);
    if (replayLsn === undefined || !paused) throw notPaused(this.#copy);
    this.#stand = await SearchStand.open(this.#copy.server, replayLsn, this.#wal, this.#deps);
  }

  async #list(wal: SearchWal): Promise<ListedCommits> {
    const listed = await listCommits(
      wal.reader,
      {
        after: this.#requireStand().position,
        until: this.#request.until,
        segmentSize: wal.chain.segmentSize,
        first: wal.first,
        last: wal.last,
      },
      this.#deps.onList,
    );
    if (listed.commits.length > 0) return listed;
    throw new Failure('nothing-found', {
      operation: 'find the moment',
      problem: `no transaction was committed between ${describeTarget(this.#request.from)} and ${describeTarget(this.#request.until)}`,
      hint: 'Is --and later than --between? WAL that production has only begun to write counts as far as it is on disk.',
    });
  }

  /**
   * A time ends recovery right before the first commit behind it, with all that this transaction did replayed, its locks
   * too. Right behind the last commit before that the same is visible, and mostly nothing is locked.
   */
  async #askBeginning({ before }: ListedCommits): Promise<void> {
    let answer = await this.#ask();
    const { plan } = this.#requireCopy();
    const last = before?.lsn ?? parseLsn(plan.target.lastTransaction?.lsn ?? '');
    if (answer === 'blocked' && last !== undefined) {
      await this.#measure.copy(() => this.#startAt(last, plan.repository.name));
      answer = await this.#ask();
    }
    if (answer === 'good') return;
    throw new Failure('nothing-found', {
      operation: 'find the moment',
      place: describeTarget(this.#request.from),
      problem:
        answer === 'bad'
          ? 'the probe is not true at the beginning: it was bad already'
          : 'the probe waits for a lock at the beginning: a transaction that changes a table was not over there',
      hint: 'Begin earlier with --between; `holdfast windows` shows how far back the WAL reaches.',
    });
  }

  async #startAt(lsn: Lsn, repository: string): Promise<void> {
    await this.#drop();
    await this.#makeCopy({ kind: 'lsn', lsn }, repository);
  }

  #search(commits: CommitList): Promise<Transition> {
    return searchTransition(
      commits.length,
      {
        look: async (index) => {
          await this.#measure.replay(this.#indexOf(commits), index, () => this.#goTo(commits, index));
          return this.#ask();
        },
        returnTo: (index) => this.#measure.copy(() => this.#returnTo(commits, index)),
        costs: () => this.#measure.costs(),
      },
      ({ look, good, end, expectedMs }) =>
        this.#deps.onLook?.({
          look,
          left: end - good,
          good: commits.at(good),
          bad: commits.at(end),
          expectedMs,
        }),
    );
  }

  #indexOf(commits: CommitList): number {
    return commits.lastEndingBy(this.#requireStand().position);
  }

  async #goTo(commits: CommitList, index: number): Promise<void> {
    const commit = commits.at(index);
    if (commit !== undefined) await this.#requireStand().goTo(commit.endLsn);
  }

  /** Another restore, to the last commit on the way that is archived: a copy cannot have more from the repository. */
  async #returnTo(commits: CommitList, index: number): Promise<void> {
    const { archivedUntil } = this.#requireWal();
    const near = commits.at(Math.min(index, commits.lastEndingBy(archivedUntil)));
    const repository = this.#requireCopy().plan.repository.name;
    await this.#drop();
    await this.#makeCopy(
      near === undefined ? this.#request.from : { kind: 'lsn', lsn: near.lsn },
      repository,
    );
    if (near !== undefined && this.#requireStand().position !== near.endLsn)
      throw notPaused(this.#requireCopy());
    await this.#goTo(commits, index);
  }

  #ask(): Promise<ProbeAnswer> {
    const { probe } = this.#request;
    return this.#measure.look(() => runProbe(this.#requireStand().server, probe, this.#deps.signal));
  }

  async #drop(): Promise<void> {
    await this.#stand?.[Symbol.asyncDispose]();
    this.#stand = undefined;
    if (this.#copy !== undefined) await dropCopy(this.#copy.record, this.#deps);
    this.#copy = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.#drop();
    } catch (error) {
      if (!isFailure(error)) throw error;
      // It stays written down, and the next sweep takes it away; what the search found matters more.
      this.#deps.emit?.({ type: 'finding', finding: leftBehind(error) });
    }
  }

  #requireCopy(): MadeCopy {
    if (this.#copy === undefined) throw new Error('there is no copy to search with');
    return this.#copy;
  }

  #requireStand(): SearchStand {
    if (this.#stand === undefined) throw new Error('there is no copy that stands anywhere');
    return this.#stand;
  }

  #requireWal(): SearchWal {
    if (this.#wal === undefined) throw new Error('there is no WAL to search');
    return this.#wal;
  }
}

/** At most as many as a person looks at. */
function commitsBetween(commits: CommitList, from: number, to: number): Commit[] {
  const most = Math.min(to, from + 99);
  const indexes = Array.from({ length: most - from + 1 }, (_, offset) => from + offset);
  return indexes.flatMap((index) => commits.at(index) ?? []);
}

function notPaused({ plan }: MadeCopy): Failure {
  return new Failure('proof-failed', {
    operation: 'search with a copy',
    place: plan.directories.data,
    problem: `the copy does not stand still at ${plan.target.description}`,
    hint: 'Nothing of production was touched. Search again; with --repo from another repository.',
  });
}

function leftBehind(failure: Failure): Finding {
  return {
    rule: 'copy-left-behind',
    severity: 'warning',
    subject: 'the copy of this search',
    problem: 'it could not be removed',
    evidence: failure.message,
    remedy: 'Remove the cause, then run `holdfast clones`, which takes away what is left.',
  };
}
