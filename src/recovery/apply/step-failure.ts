import { Failure, isFailure } from '../../model/failure.ts';

/** What a step was doing when something was thrown. */
export interface StepAttempt {
  readonly operation: string;
  /** Where, when the error itself does not say. */
  readonly place: string;
  /** Id of the restore: a hint that does not name it says neither how to go on nor how to go back. */
  readonly restoreId: string;
  /** One sentence: how to go on or back. */
  readonly next: string;
}

/**
 * What a step threw, as the failure that is shown: an error of the file system (a disk that is full, a directory that
 * may not be written) gets its name, and every failure ends with what can be typed now. What is neither is a bug and is
 * given back as it is.
 *
 * @see errno(3)
 */
export function stepFailure(thrown: unknown, attempt: StepAttempt): unknown {
  const error = nameFileError(thrown, attempt);
  if (!isFailure(error) || error.kind === 'interrupted' || error.hint?.includes(attempt.restoreId)) {
    return error;
  }
  const { kind, operation, place, problem, hint, details } = error;
  const whole = hint === undefined ? attempt.next : `${hint}\n${attempt.next}`;
  return new Failure(kind, { operation, place, problem, hint: whole, details, cause: error });
}

function nameFileError(error: unknown, attempt: StepAttempt): unknown {
  if (error instanceof Failure || !(error instanceof Error)) return error;
  const { code, path, syscall } = error as NodeJS.ErrnoException;
  const fields = { operation: attempt.operation, place: path ?? attempt.place, cause: error };
  const call = `${syscall ?? 'write'}: ${code ?? ''}`;
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new Failure('disk-full', {
        ...fields,
        problem: `no space left on device (${call})`,
        hint: 'Free space on that file system.',
      });
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new Failure('not-permitted', {
        ...fields,
        problem: `it may not be read or written (${call})`,
        hint: 'Look at its owner, its mode and how its file system is mounted.',
      });
    case 'EIO':
      return new Failure('file-unusable', {
        ...fields,
        problem: `it cannot be read or written (${call})`,
        hint: 'The disk may be failing: look into the system log.',
      });
    default:
      return error;
  }
}
