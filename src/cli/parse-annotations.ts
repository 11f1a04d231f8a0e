import { Failure } from '../model/failure.ts';

/**
 * Reads `--annotation KEY=VALUE`.
 *
 * @throws Failure usage: no `=`, nothing before or after it, characters the log could not show, a key of Holdfast's
 */
export function parseAnnotations(given: readonly string[]): Readonly<Record<string, string>> {
  const annotations = new Map<string, string>();
  for (const text of given) {
    const separator = text.indexOf('=');
    const key = text.slice(0, Math.max(0, separator)).trim();
    const value = text.slice(separator + 1).trim();
    if (separator === -1 || key === '' || value === '') throw badAnnotation(text, 'is not KEY=VALUE');
    if (/\p{Cc}/u.test(text)) throw badAnnotation(text, 'has a control character');
    if (key.startsWith('holdfast-')) throw badAnnotation(text, 'uses a key that Holdfast sets itself');
    annotations.set(key, value);
  }
  return Object.fromEntries(annotations);
}

function badAnnotation(text: string, problem: string): Failure {
  return new Failure('usage', {
    operation: 'read --annotation',
    problem: `${JSON.stringify(text)} ${problem}`,
    hint: 'Write it as --annotation KEY=VALUE, for example --annotation why="before the upgrade".',
  });
}
