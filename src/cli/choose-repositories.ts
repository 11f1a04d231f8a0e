import type { Stanza } from '../config/configuration.ts';
import { Failure } from '../model/failure.ts';
import { nearestName } from '../model/nearest-name.ts';
import type { Repository } from '../model/repository.ts';

/**
 * The repositories that `--repo` names, in the order of the file; all when it was not given.
 *
 * @throws Failure usage for a name that the stanza does not have
 */
export function chooseRepositories(stanza: Stanza, names: readonly string[]): readonly Repository[] {
  const known = stanza.repositories.map((repository) => repository.name);
  for (const name of names) {
    if (known.includes(name)) continue;
    const near = nearestName(name, known);
    throw new Failure('usage', {
      operation: 'choose the repositories',
      place: `stanza ${stanza.name}`,
      problem: `there is no repository ${name}`,
      hint: near === undefined ? `The stanza has: ${known.join(', ')}.` : `Did you mean ${near}?`,
    });
  }
  return names.length === 0
    ? stanza.repositories
    : stanza.repositories.filter((repository) => names.includes(repository.name));
}
