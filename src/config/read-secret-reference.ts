import type { SecretReference } from '../model/secret.ts';

/**
 * Reads what stands in the file for a secret: `${NAME}`, `file:/absolute/path`, `exec:command`, or the secret itself.
 *
 * @returns undefined when it is neither: not text, empty, a relative path, or a reference inside other text
 */
export function readSecretReference(value: unknown): SecretReference | undefined {
  if (typeof value !== 'string' || value.trim() === '' || /[\0\r\n]/.test(value)) return undefined;
  const environment = /^\$\{([A-Za-z_]\w*)\}$/.exec(value);
  if (environment) return { kind: 'environment', name: environment[1] as string };
  if (value.startsWith('file:')) {
    const path = value.slice('file:'.length);
    return path.startsWith('/') ? { kind: 'file', path } : undefined;
  }
  if (value.startsWith('exec:')) {
    const command = value.slice('exec:'.length).trim();
    return command === '' ? undefined : { kind: 'command', command };
  }
  // Half a reference is a mistake: nobody has a passphrase with the text of a variable in it.
  return /\$\{[A-Za-z_]\w*\}/.test(value) ? undefined : { kind: 'literal', value };
}
