import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Failure } from '../../model/failure.ts';
import { judgePassphrase } from '../../secrets/passphrase-strength.ts';
import type { CommandInput } from '../command-definition.ts';
import type { CommandContext } from '../context.ts';

const variable = 'HOLDFAST_KIT_PASSPHRASE';

/**
 * The passphrase of a kit: from a file, the environment or the terminal, never from an argument.
 *
 * @param makes true for a new kit: it must be hard to guess, and is asked for twice
 * @throws Failure consent-needed where nobody can be asked; file-unusable, usage
 */
export async function readKitPassphrase(
  input: CommandInput,
  context: CommandContext,
  makes: boolean,
): Promise<string> {
  const file = input.value('passphrase-file');
  const passphrase =
    file === undefined
      ? context.env[variable] || (await askFor(context, makes))
      : await firstLine(resolve(file));
  if (makes) refuseWeak(passphrase);
  return passphrase;
}

/** The first line of a file that holds a secret. @throws Failure file-unusable */
export async function firstLine(path: string): Promise<string> {
  return (await readSecretFile(path)).line;
}

/** A file that holds a secret: its first line, which a passphrase is, and all of it. @throws Failure file-unusable */
export async function readSecretFile(
  path: string,
): Promise<{ readonly line: string; readonly text: string }> {
  const refuse = (problem: string, cause?: unknown): Failure =>
    new Failure('file-unusable', {
      operation: 'read a passphrase',
      place: path,
      problem,
      hint: 'Write the passphrase into the first line of a file that only you can read.',
      cause,
    });
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw refuse(
      `the file cannot be read (${(error as NodeJS.ErrnoException).code ?? String(error)})`,
      error,
    );
  }
  const [line = ''] = text.split(/\r?\n/);
  if (line === '') throw refuse('its first line is empty');
  return { line, text };
}

async function askFor({ terminal, signal }: CommandContext, makes: boolean): Promise<string> {
  const { askHidden } = terminal;
  if (askHidden === undefined) {
    throw new Failure('consent-needed', {
      operation: 'ask for the passphrase of the kit',
      problem: 'there is no terminal to ask on',
      hint: `Name a file with --passphrase-file, or set ${variable}.`,
    });
  }
  const passphrase = (await askHidden('Passphrase of the kit: ', signal)) ?? '';
  if (passphrase === '' || (makes && (await askHidden('Once more: ', signal)) !== passphrase)) {
    throw new Failure('consent-needed', {
      operation: 'ask for the passphrase of the kit',
      problem: passphrase === '' ? 'none was typed' : 'the two are not the same',
      hint: 'Run it again.',
    });
  }
  return passphrase;
}

/** 600,000 rounds make each guess dear; what stands in documents or is one word is found all the same. */
function refuseWeak(passphrase: string): void {
  const { grade, bits } = judgePassphrase(passphrase);
  if (grade !== 'known' && bits >= 60) return;
  throw new Failure('usage', {
    operation: 'make a break-glass kit',
    problem:
      grade === 'known'
        ? 'its passphrase stands in documents'
        : `its passphrase is easily guessed (about ${bits} bits)`,
    hint: 'Take six random words or more, or have one made: openssl rand -base64 24.',
  });
}
