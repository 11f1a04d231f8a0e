import type { Stanza } from '../../config/configuration.ts';
import type { Repository } from '../../model/repository.ts';
import { Failure } from '../../model/failure.ts';
import { chooseRepositories } from '../choose-repositories.ts';

/**
 * The repository of that name; without a name the only encrypted one, or the only one.
 *
 * @throws Failure usage when there are several; nothing-found when the name is none
 */
export function chooseRepository(stanza: Stanza, name: string | undefined): Repository {
  if (name !== undefined) {
    const [named] = chooseRepositories(stanza, [name]);
    if (named !== undefined) return named;
  }
  const encrypted = stanza.repositories.filter((repository) => repository.encryption !== undefined);
  const [only, second] = encrypted.length > 0 ? encrypted : stanza.repositories;
  if (only !== undefined && second === undefined) return only;
  throw new Failure('usage', {
    operation: 'choose the repository',
    place: `stanza ${stanza.name}`,
    problem: `there are several: ${stanza.repositories.map((repository) => repository.name).join(', ')}`,
    hint: `Add --repository ${only?.name ?? 'NAME'}, or another of them.`,
  });
}
