import { Failure } from '../model/failure.ts';
import { describeSecret, type SecretReference } from '../model/secret.ts';

/** Where secrets come from; all three are given by the caller. */
export interface SecretDependencies {
  readonly env: Readonly<Record<string, string | undefined>>;
  readText(path: string): Promise<string>;
  /** Runs a shell command and gives its standard output; rejects when it ends with an error. */
  runShell(command: string): Promise<string>;
}

/**
 * Looks a secret up. One newline at the end of a file or of a command's output is not part of it.
 *
 * @throws Failure secret-unavailable when there is none or it cannot stand in pgbackrest.conf; never tells the value
 */
export async function resolveSecret(reference: SecretReference, deps: SecretDependencies): Promise<string> {
  const value = await lookUp(reference, deps);
  if (value.trim() === '') throw unavailable(reference, 'it is empty');
  // pgbackrest.conf has one line per option and no quotes, so such a value would be cut off or read as another option.
  if (/[\r\n\0]/.test(value)) throw unavailable(reference, 'it has more than one line');
  if (value.trim() !== value)
    throw unavailable(reference, 'it begins or ends with a space, which pgbackrest.conf cannot hold');
  return value;
}

async function lookUp(reference: SecretReference, deps: SecretDependencies): Promise<string> {
  switch (reference.kind) {
    case 'literal':
      return reference.value;
    case 'environment': {
      const value = deps.env[reference.name];
      if (value === undefined) throw unavailable(reference, 'the variable is not set');
      return value;
    }
    case 'file':
      return withoutNewline(await attempt(reference, () => deps.readText(reference.path)));
    case 'command':
      return withoutNewline(await attempt(reference, () => deps.runShell(reference.command)));
  }
}

async function attempt(reference: SecretReference, read: () => Promise<string>): Promise<string> {
  try {
    return await read();
  } catch (error) {
    throw unavailable(reference, reasonOf(reference, error), error);
  }
}

/** The message of a command's failure may hold what it printed, so only a file's reason is told. */
function reasonOf(reference: SecretReference, error: unknown): string {
  if (reference.kind === 'command') return 'the command failed';
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  return `the file cannot be read${code === undefined ? '' : ` (${code})`}`;
}

function withoutNewline(text: string): string {
  return text.replace(/\r?\n$/, '');
}

function unavailable(reference: SecretReference, problem: string, cause?: unknown): Failure {
  const hints = {
    environment:
      'Set the variable for the process that runs Holdfast (for a service: EnvironmentFile=), or in a file .env beside holdfast.yaml that it can read.',
    file: 'Create the file with the secret alone in it, readable for the user that runs Holdfast.',
    command: 'Run the command by hand as the user that runs Holdfast; it must print the secret alone.',
    literal: 'Replace the literal by a reference: ${NAME}, file:/path or exec:command.',
  };
  return new Failure('secret-unavailable', {
    operation: 'look up a secret',
    place: describeSecret(reference),
    problem,
    hint: hints[reference.kind],
    // What a command printed must not travel on in a cause either.
    cause: reference.kind === 'command' ? undefined : cause,
  });
}
