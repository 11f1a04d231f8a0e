import type { Stanza } from '../config/configuration.ts';
import type { JobRequest } from '../model/job.ts';
import type { Repository } from '../model/repository.ts';
import { Failure } from '../model/failure.ts';

/** The repository that a job is for. @throws Failure usage when the configuration has no such one (any more) */
export function repositoryOf(
  stanza: Stanza,
  request: Pick<JobRequest, 'repository'> & { readonly kind: string },
): Repository {
  const found = stanza.repositories.find((repository) => repository.name === request.repository);
  if (found !== undefined) return found;
  throw new Failure('usage', {
    operation: `${request.kind} of stanza ${stanza.name}`,
    problem: `there is no repository ${request.repository ?? ''}`,
    hint: `The stanza has: ${stanza.repositories.map((repository) => repository.name).join(', ')}.`,
  });
}
