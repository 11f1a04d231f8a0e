import type { Stanza } from '../../config/configuration.ts';
import type { Catalogue } from '../../model/backup-set.ts';
import type { Repository } from '../../model/repository.ts';
import type { CatalogueObservation } from '../../status/health-observations.ts';
import { explainUnknown, type Sighting } from '../../status/sighting.ts';
import { describeRepositories } from './describe-repositories.ts';

/** What was seen of the sets in one repository. */
export interface CataloguePart {
  readonly repository: Repository;
  readonly catalogue: Sighting<CatalogueObservation>;
}

/**
 * What is known of a stanza whose repositories are asked one by one, so that a dead one keeps nobody from seeing the
 * others. One that cannot be believed now is unknown by itself; one that nobody has looked at yet is left out. Pure.
 *
 * @param parts one of each repository, at least one @param now epoch milliseconds
 */
export function joinCatalogues(
  stanza: Stanza,
  parts: readonly [CataloguePart, ...CataloguePart[]],
  now: number,
): Sighting<CatalogueObservation> {
  const [first, ...others] = parts;
  if (others.length === 0) return first.catalogue;
  const seen = parts.flatMap(({ catalogue }) => {
    const { observedAt, value } = catalogue;
    if (observedAt === undefined || value === undefined) return [];
    return explainUnknown(catalogue, now) === undefined ? [{ observedAt, value }] : [];
  });
  if (seen.length === 0) return (parts.find(({ catalogue }) => isUntried(catalogue)) ?? first).catalogue;
  return {
    observedAt: Math.min(...seen.map(({ observedAt }) => observedAt)),
    staleAfterMs: first.catalogue.staleAfterMs,
    failure: undefined,
    value: {
      whole: joinAnswers(
        stanza.name,
        seen.map(({ value }) => value.whole),
      ),
      databases: new Map(seen.flatMap(({ value }) => [...(value.databases ?? [])])),
      repositories: parts
        .filter(({ catalogue }) => !isUntried(catalogue))
        .flatMap(({ repository, catalogue }) => {
          const why = explainUnknown(catalogue, now);
          const { observedAt, value } = catalogue;
          if (why === undefined) return (value?.repositories ?? []).map((one) => ({ ...one, observedAt }));
          return describeRepositories({ ...stanza, repositories: [repository] }, undefined, why);
        }),
    },
  };
}

function isUntried({ observedAt, failure }: Sighting<unknown>): boolean {
  return observedAt === undefined && failure === undefined;
}

/** The answer that `info` gives for all of them: code 4 where theirs differ (pgBackRest `src/command/info/info.c`). */
function joinAnswers(stanza: string, answers: readonly Catalogue[]): Catalogue {
  const [first] = answers;
  const same = answers.every(({ code }) => code === first?.code);
  const locked = answers.find(({ backupRunning }) => backupRunning) ?? first;
  const none = { held: false, totalBytes: undefined, completeBytes: undefined };
  return {
    stanza,
    code: same ? (first?.code ?? 99) : 4,
    message: same ? (first?.message ?? '') : 'different across repositories',
    repositories: answers.flatMap(({ repositories }) => repositories),
    databases: answers.flatMap(({ databases }) => databases),
    sets: answers
      .flatMap(({ sets }) => sets)
      .toSorted((left, right) =>
        left.label === right.label
          ? left.repositoryKey - right.repositoryKey
          : left.label < right.label
            ? -1
            : 1,
      ),
    archives: answers.flatMap(({ archives }) => archives),
    backupRunning: locked?.backupRunning ?? false,
    locks: locked?.locks ?? { backup: none, restore: none },
  };
}
