import type { Catalogue } from '../model/backup-set.ts';
import { Failure } from '../model/failure.ts';
import type { Repository } from '../model/repository.ts';

/** The repositories that have a set. @throws Failure nothing-found when none of them does */
export function findSetPlaces(
  stanza: string,
  label: string,
  repositories: readonly Repository[],
  catalogue: Pick<Catalogue, 'sets'>,
): readonly Repository[] {
  const places = repositories.filter(({ key }) =>
    catalogue.sets.some((set) => set.label === label && set.repositoryKey === key),
  );
  if (places.length > 0) return places;
  const keys = repositories.map((repository) => repository.key);
  const here = catalogue.sets.filter((set) => keys.includes(set.repositoryKey));
  const labels = [...new Set(here.map((set) => set.label))];
  throw new Failure('nothing-found', {
    operation: `look for set ${label}`,
    place: `stanza ${stanza}, ${repositories.map((repository) => repository.name).join(', ')}`,
    problem: 'no repository has it',
    hint:
      labels.length === 0
        ? 'There are no backups there yet.'
        : `The latest sets are: ${labels.slice(-5).join(', ')}.`,
  });
}
