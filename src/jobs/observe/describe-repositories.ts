import type { Stanza } from '../../config/configuration.ts';
import type { Catalogue } from '../../model/backup-set.ts';
import type { RepositoryObservation } from '../../status/observations.ts';

/**
 * What the engine's catalogue says of each configured repository, as rules judge it.
 *
 * @param catalogue undefined when the engine did not answer: then nothing is known of any of them
 * @param problem what was said instead of an answer
 */
export function describeRepositories(
  stanza: Stanza,
  catalogue: Catalogue | undefined,
  problem: string,
): RepositoryObservation[] {
  return stanza.repositories.map(({ name, key, encryption }) => {
    const status = catalogue?.repositories.find((repository) => repository.key === key);
    return {
      name,
      code: status?.code,
      message: status?.message ?? problem,
      cipher: status?.cipher,
      configuredCipher: encryption?.cipher ?? 'none',
      sets: (catalogue?.sets ?? [])
        .filter((set) => set.repositoryKey === key)
        .map(({ label, type, stopTime, repositorySize, repositoryDeltaSize, error }) => ({
          label,
          type,
          stopTime,
          repositorySize,
          ownSize: repositoryDeltaSize,
          error,
        })),
    };
  });
}
