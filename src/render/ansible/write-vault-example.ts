import type { VaultVariables } from './vault-variables.ts';

/** By this a value that nobody has filled in is known again. */
export const vaultPlaceholder = 'FILL-IN';

/** What group_vars/all/vault.yml has to hold: names, where each is used, and no value. */
export function writeVaultExample({ variables }: VaultVariables): string {
  const lines = variables.flatMap(({ name, place }) => [`# ${place}`, `${name}: ${vaultPlaceholder}`]);
  return ['---', ...(lines.length === 0 ? ['# This configuration needs no secret.', '{}'] : lines), ''].join(
    '\n',
  );
}
