import { Failure } from '../model/failure.ts';
import { runCommand, SpawnError } from '../process/run-command.ts';

/** How openssl is found. */
export interface OpensslAccess {
  /** Search path of children. */
  readonly path: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs openssl in a directory. Keys are named by their files: no argument holds a secret, and what openssl says is kept
 * only where it fails.
 *
 * @throws Failure nothing-found where there is no openssl, interrupted, file-unusable where it refuses
 */
export async function runOpenssl(
  args: readonly string[],
  directory: string,
  access: OpensslAccess,
): Promise<void> {
  const operation = `make a certificate (openssl ${args[0] ?? ''})`;
  const result = await runCommand({
    command: 'openssl',
    args,
    cwd: directory,
    // Without OPENSSL_CONF the distribution's settings would be taken, which other versions write differently.
    env: { PATH: access.path, LC_ALL: 'C.UTF-8', HOME: directory, OPENSSL_CONF: `${directory}/openssl.cnf` },
    signal: access.signal,
    timeoutMs: 60_000,
  }).catch((error: unknown) => {
    if (!(error instanceof SpawnError)) throw error;
    throw new Failure('nothing-found', {
      operation,
      problem: `openssl cannot be started (${error.code})`,
      hint: 'Install the package openssl; it is needed only where certificates are made.',
      cause: error,
    });
  });
  if (access.signal?.aborted === true)
    throw new Failure('interrupted', { operation, problem: 'interrupted' });
  if (result.code === 0) return;
  const said = result.stderr.trim().split('\n').at(-1) ?? '';
  throw new Failure('file-unusable', {
    operation,
    place: directory,
    problem: `openssl ended with ${result.code ?? result.signal ?? '?'}: ${said}`,
    hint: 'See that the disk has room and that the files of the authority are whole: `holdfast certificates list`.',
  });
}
