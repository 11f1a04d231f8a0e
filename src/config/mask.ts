import { describeSecret, type SecretReference } from '../model/secret.ts';
import type { Configuration } from './configuration.ts';

/** Plain data to be printed: nothing undefined, secrets in words. */
export type MaskedValue = null | boolean | number | string | MaskedValue[] | { [key: string]: MaskedValue };

/**
 * The resolved configuration for people and `--json`. References are shown as they stand in the file, a literal only
 * as the fact that there is one; positions of pass-through options are left out.
 */
export function maskedConfiguration(configuration: Configuration): { [key: string]: MaskedValue } {
  return mask(configuration) as { [key: string]: MaskedValue };
}

function mask(value: unknown): MaskedValue {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  if (Array.isArray(value)) return value.map(mask);
  if (isSecret(value)) return describeSecret(value);
  const entries = Object.entries(value).filter(([key, entry]) => entry !== undefined && key !== 'position');
  return Object.fromEntries(entries.map(([key, entry]) => [key, mask(entry)]));
}

/** Of all that has a `kind` only a secret has one of these together with its own field. */
function isSecret(value: object): value is SecretReference {
  const { kind } = value as { kind?: unknown };
  return (
    (kind === 'literal' && 'value' in value) ||
    (kind === 'environment' && 'name' in value) ||
    (kind === 'file' && 'path' in value) ||
    (kind === 'command' && 'command' in value)
  );
}
