import { basename, extname } from 'node:path';
import type { SecretReference } from '../../model/secret.ts';
import { placedSecrets, type PlacedSecret } from '../deployment/host-configuration.ts';

/** Directory of the secrets on the hosts. */
export const secretsDirectory = '/etc/holdfast/secrets';

/** A secret as Ansible has it: a variable of the vault, and on the hosts a file of mode 0600. */
export interface VaultVariable {
  readonly name: string;
  /** On the hosts, absolute. */
  readonly file: string;
  /** Where it stands in holdfast.yaml; the first of several places. */
  readonly place: string;
}

/** All variables, and what stands for a secret on the hosts. */
export interface VaultVariables {
  readonly variables: readonly VaultVariable[];
  readonly textOf: (secret: PlacedSecret) => string | undefined;
}

/**
 * One variable for each secret that holdfast.yaml names, however often it does. `exec:` stays what it is: the hosts run
 * the command. Names of accounts and addresses that stand in the file are no secrets.
 *
 * @param source text of a file without errors
 */
export function vaultVariables(source: string): VaultVariables {
  const byReference = new Map<string, VaultVariable>();
  const taken = new Set<string>();
  for (const secret of placedSecrets(source)) {
    const key = JSON.stringify(secret.reference);
    if (byReference.has(key) || !isForVault(secret)) continue;
    const wanted = slugOf(secret);
    const slug = taken.has(wanted) ? `${wanted}_${taken.size + 1}` : wanted;
    taken.add(slug);
    byReference.set(key, {
      name: `vault_holdfast_${slug}`,
      file: `${secretsDirectory}/${slug}`,
      place: secret.path.join('.'),
    });
  }
  return {
    variables: [...byReference.values()],
    textOf: (secret) => {
      const variable = isForVault(secret) ? byReference.get(JSON.stringify(secret.reference)) : undefined;
      return variable === undefined ? undefined : `file:${variable.file}`;
    },
  };
}

/** Keys whose value may as well stand in the file. */
const identifiers = ['account', 'email', 'proxy'];

function isForVault({ path, reference }: PlacedSecret): boolean {
  if (reference.kind === 'command') return false;
  return reference.kind !== 'literal' || !identifiers.includes(String(path.at(-1)));
}

function slugOf({ path, reference }: PlacedSecret): string {
  const text = nameOf(reference) ?? path.filter((part) => !wide.has(String(part))).join('_');
  return text
    .replaceAll(/([a-z\d])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replaceAll(/[^a-z\d]+/g, '_')
    .replaceAll(/^_+|_+$/g, '');
}

/** Keys that are in the way of every secret and tell nothing. */
const wide = new Set(['stanzas', 'repositories']);

function nameOf(reference: SecretReference): string | undefined {
  if (reference.kind === 'environment') return reference.name;
  return reference.kind === 'file' ? basename(reference.path, extname(reference.path)) : undefined;
}
