import { Failure } from '../model/failure.ts';

/**
 * What an operating system's refusal to write a file means; anything else is given back as it is.
 *
 * @param fields what was attempted and where, and what helps where the permission is missing
 */
export function writeFailure(
  error: unknown,
  { permissionHint, ...place }: { operation: string; place: string; permissionHint: string },
): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (error instanceof Failure || typeof code !== 'string') return error;
  const fields = { ...place, cause: error };
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new Failure('disk-full', {
      ...fields,
      problem: 'no space left',
      hint: 'Free space there and run again.',
    });
  }
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    const problem = `the file may not be written (${code})`;
    return new Failure('not-permitted', { ...fields, problem, hint: permissionHint });
  }
  return new Failure('file-unusable', {
    ...fields,
    problem: `the file could not be written (${code})`,
    hint: 'Look at the directory: a file may stand where a directory must be, or it may have appeared meanwhile.',
  });
}
