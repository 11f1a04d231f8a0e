import { formatByteSize } from '../../model/byte-size.ts';
import { describeInstant } from '../describe-target.ts';
import { measureSpeed } from '../estimate/estimate-restore.ts';
import { describeUnreadable } from './check-repository.ts';
import { stopOf, type SetChoice } from './choose-set.ts';
import { judgeSets } from './judge-sets.ts';
import type { RepositoryObservation, RestoreObservations } from './observations.ts';
import type { RestoreRequest } from './restore-request.ts';

/** Why this set and repository, and what was passed over; the sentences of the plan. */
export function explainChoice(
  request: RestoreRequest,
  observations: RestoreObservations,
  choice: SetChoice,
): string[] {
  const { repository, verdict } = choice;
  const zone = request.target.kind === 'time' ? request.target.zone : 'UTC';
  const ended = describeInstant(BigInt(verdict.set.stopTime) * 1_000_000n, zone);
  const chosen = choice.reaches
    ? `set ${verdict.set.label} (${verdict.set.type}) in repository ${repository.name}: the last one that ended before the target (${ended}) and whose WAL leads there without a hole`
    : `set ${verdict.set.label} (${verdict.set.type}) in repository ${repository.name} comes nearest; it ended ${ended}`;
  const { timeline, source } = observations.timeline;
  const because = {
    'asked for': 'as asked for with --timeline',
    'control file': "production's own, from its control file",
    remembered: 'the one on which production was seen last, because it has no readable control file',
    archive:
      'the highest in the archive, because production has no readable control file and nothing is remembered of it',
  }[source];
  return [
    chosen,
    `timeline ${timeline}: ${because}`,
    `${formatByteSize(verdict.set.size)} cluster, ${formatByteSize(verdict.set.repositorySize)} in the repository`,
    ...explainFlush(request, choice),
    ...passedOverSets(request, repository, choice),
    ...observations.repositories.flatMap((one) => passedOverRepository(one, observations, choice)),
  ];
}

function explainFlush(request: RestoreRequest, { repository, reaches }: SetChoice): string[] {
  if (request.target.kind !== 'time' || !reaches || repository.evidence?.stop) return [];
  return [
    'no transaction ended after the target yet: the running server is made to end one and to archive its WAL first',
  ];
}

function passedOverSets(
  request: RestoreRequest,
  repository: RepositoryObservation,
  choice: SetChoice,
): string[] {
  const others = judgeSets(repository, request, stopOf(repository)).filter(
    (verdict) => verdict.set.label !== choice.verdict.set.label,
  );
  // Older usable sets need no word; younger ones and broken ones do.
  return others
    .filter((verdict) => verdict.problem !== undefined || verdict.set.stopTime > choice.verdict.set.stopTime)
    .slice(0, 10)
    .map((verdict) => {
      const why = verdict.problem ?? 'page checksum errors were found when it was taken';
      return `not set ${verdict.set.label}: ${why}`;
    });
}

function passedOverRepository(
  repository: RepositoryObservation,
  { repositories, samples }: RestoreObservations,
  choice: SetChoice,
): string[] {
  if (repository.key === choice.repository.key) return [];
  const unreadable = describeUnreadable(repository);
  if (unreadable !== undefined) return [`not repository ${repository.name}: ${unreadable}`];
  if (repositories.indexOf(repository) > repositories.indexOf(choice.repository) && choice.reaches) {
    const isFirst = repository.key > choice.repository.key;
    const [own, other] = [choice.repository, repository].map(({ name }) => measureSpeed(samples, name));
    const speeds = `${formatByteSize(Math.round(own?.bytesPerSecond ?? 0))}/s against ${formatByteSize(Math.round(other?.bytesPerSecond ?? 0))}/s`;
    const why = isFirst ? 'comes first' : `was faster before (${speeds})`;
    return [
      `repository ${repository.name} was not needed: ${choice.repository.name} ${why} and leads to the target`,
    ];
  }
  return [`not repository ${repository.name}: ${choice.repository.name} reaches further`];
}
