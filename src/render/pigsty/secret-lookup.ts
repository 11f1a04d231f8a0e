import { Failure } from '../../model/failure.ts';
import type { SecretReference } from '../../model/secret.ts';
import type { YamlScalar } from './yaml-text.ts';

/** How every expression of ours begins: what begins otherwise at the place of a secret is somebody's own. */
const lookupStart = "{{ lookup('ansible.builtin.";

/**
 * Where Ansible on the admin node finds a secret: the same place as Holdfast, evaluated when a playbook runs.
 *
 * @throws Failure config-invalid for one that stands in holdfast.yaml itself
 */
export function secretLookup(reference: SecretReference, key: string): YamlScalar {
  switch (reference.kind) {
    case 'file':
      return expression('file', reference.path);
    case 'environment':
      return expression('env', reference.name);
    case 'command':
      return expression('pipe', reference.command);
    case 'literal':
      throw new Failure('config-invalid', {
        operation: 'edit pigsty.yml',
        place: key,
        problem: 'the secret stands in holdfast.yaml itself, and pigsty.yml gets no values',
        hint: 'Put it into a file of mode 0600 on the admin node and name that (file:/path); or consent with --with-secrets.',
      });
  }
}

/** True for an expression that `secretLookup` made. */
export function isOwnLookup(value: unknown): boolean {
  return typeof value === 'string' && value.startsWith(lookupStart);
}

function expression(plugin: string, argument: string): YamlScalar {
  const word = argument.replaceAll('\\', String.raw`\\`).replaceAll("'", String.raw`\'`);
  return { expression: `${lookupStart}${plugin}', '${word}') }}` };
}

/**
 * Passphrases of Pigsty's examples and documentation, which everybody knows: `pgBackRest` in the roles' defaults and in
 * most of conf/, `pgBR.…` in conf/ha/safe.yml, the one of docs/minio.
 */
export function isPublishedPassphrase(value: unknown): boolean {
  if (typeof value !== 'string') return false;
  return /^pgBackRest(?:\.(?:MinIO|\$\{pg_cluster\}|With\.Some\..*))?$|^pgBR\.(?:\$\{pg_cluster\}|[\w-]+)$/i.test(
    value,
  );
}
