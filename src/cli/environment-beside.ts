import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readEnvironmentFile } from '../adopt/environment/read-environment-file.ts';
import { Failure } from '../model/failure.ts';

/** The file of secrets that `holdfast init` writes. */
export const environmentFileName = '.env';

/**
 * The variables of the `.env` beside holdfast.yaml; none where this user sees no such file.
 *
 * @param configFile absolute path of holdfast.yaml
 * @throws Failure file-unusable when something is there that is no file
 */
export function readEnvironmentBeside(configFile: string): ReadonlyMap<string, string> {
  const path = join(dirname(configFile), environmentFileName);
  const text = readOrNothing(path);
  if (text === undefined) return new Map();
  const { variables } = readEnvironmentFile(text, path);
  return new Map(
    [...variables.values()].flatMap(({ name, value, unresolved }) =>
      value === undefined || unresolved.length > 0 ? [] : [[name, value]],
    ),
  );
}

function readOrNothing(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Hidden from this user it gives nothing: what is missing then is told with the name of the variable.
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EACCES') return undefined;
    throw new Failure('file-unusable', {
      operation: 'read the secrets beside the configuration',
      place: path,
      problem: `the file cannot be read (${code ?? String(error)})`,
      hint: 'Put a file there, or nothing.',
      cause: error,
    });
  }
}
