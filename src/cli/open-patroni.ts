import type { Stanza } from '../config/configuration.ts';
import { resolveSecret } from '../config/secrets.ts';
import { basicAuthorization, type PatroniControl } from '../postgres/patroni-control.ts';
import type { CommandContext } from './context.ts';
import { secretAccess } from './secret-access.ts';

/**
 * The Patroni of this host, with the right to change something where the configuration gives it.
 *
 * @returns undefined for a stanza without Patroni
 * @throws Failure secret-unavailable
 */
export async function openPatroni(
  { patroni }: Pick<Stanza, 'patroni'>,
  context: CommandContext,
): Promise<PatroniControl | undefined> {
  if (patroni === undefined) return undefined;
  const { username, password } = patroni;
  if (username === undefined || password === undefined) return patroni;
  const value = await resolveSecret(password, secretAccess(context));
  return { ...patroni, authorization: basicAuthorization(username, value) };
}
