import type { Configuration, Stanza } from '../../config/configuration.ts';
import { isSecure } from '../../engine/conf/conf-option.ts';
import { repositoryOptions } from '../../engine/conf/repository-options.ts';
import { Failure } from '../../model/failure.ts';
import type { Repository } from '../../model/repository.ts';
import type { SecretReference } from '../../model/secret.ts';
import type { RenderCall } from '../deployment/deployment-target.ts';
import { isPublishedPassphrase, secretLookup } from './secret-lookup.ts';
import type { YamlEntry, YamlScalar } from './yaml-text.ts';

/** The one repository that Pigsty renders, as its variables have it. */
export interface PigstyRepository {
  /** A key of `pgbackrest_repo`, and `pgbackrest_method`. */
  readonly name: string;
  readonly entries: readonly YamlEntry[];
  /** Keys that hold secrets. */
  readonly secretKeys: readonly string[];
}

/**
 * Pigsty's template writes each key of the repository as `repo1-KEY`, `_` as `-`, and puts the name of the cluster in the
 * place of `${pg_cluster}` (roles/pgsql/templates/pgbackrest.conf).
 *
 * @throws Failure config-invalid where Pigsty cannot say it
 */
export function pigstyRepository(
  stanza: Stanza,
  configuration: Configuration,
  call: Pick<RenderCall, 'version' | 'secrets' | 'withSecrets'>,
): PigstyRepository {
  const repository = stanza.repositories[0] as Repository;
  const place = `stanza ${stanza.name}, repository ${repository.name}`;
  if (repository.key !== 1) {
    throw refuse(
      place,
      `it is repo${repository.key}, and Pigsty makes repo1 of it`,
      'Leave its `number` out.',
    );
  }
  const references = new Map<string, SecretReference>();
  const options = repositoryOptions(repository, {
    settings: configuration.engine,
    host: undefined,
    version: call.version,
    secrets(reference) {
      const mark = `reference ${references.size}`;
      references.set(mark, reference);
      return mark;
    },
  });
  const secretKeys: string[] = [];
  const entries = options.map(({ name, value }): YamlEntry => {
    const key = name.replace(/^repo1-/, '').replaceAll('-', '_');
    if (typeof value !== 'string') {
      throw refuse(place, `${name} has several values, and a variable of Pigsty has one`, 'Leave it out.');
    }
    if (isSecure(name)) secretKeys.push(key);
    const reference = references.get(value);
    return [
      key,
      reference === undefined ? plainValue(value, place) : secretValue(reference, key, place, call),
    ];
  });
  return { name: repository.name, entries, secretKeys };
}

function secretValue(
  reference: SecretReference,
  key: string,
  place: string,
  { withSecrets, secrets }: Pick<RenderCall, 'secrets' | 'withSecrets'>,
): YamlScalar {
  if (reference.kind === 'literal' || withSecrets) {
    const value = secrets(reference);
    if (key === 'cipher_pass' && isPublishedPassphrase(value)) {
      throw refuse(
        place,
        'its passphrase is one that Pigsty publishes',
        'Everybody can read such backups. `holdfast secrets generate` makes another one.',
      );
    }
    if (withSecrets) return plainValue(value, place);
  }
  return secretLookup(reference, `${place}, ${key}`);
}

/** @throws Failure config-invalid where the template would change it */
function plainValue(value: string, place: string): string | number {
  if (value.includes('${pg_cluster}') || /[\n\r\t]/.test(value)) {
    throw refuse(
      place,
      'a value has ${pg_cluster} or a line break in it, which Pigsty changes',
      'Choose another.',
    );
  }
  return /^(?:0|[1-9]\d{0,14})$/.test(value) ? Number(value) : value;
}

function refuse(place: string, problem: string, hint: string): Failure {
  return new Failure('config-invalid', { operation: 'render pigsty', place, problem, hint });
}
