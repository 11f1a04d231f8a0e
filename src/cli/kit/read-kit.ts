import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { unpackKit, type OpenedKit } from '../../kit/kit-file.ts';
import { Failure } from '../../model/failure.ts';
import type { CommandInput } from '../command-definition.ts';
import type { CommandContext } from '../context.ts';
import { readKitPassphrase } from './kit-passphrase.ts';

/** The kit that the command line names. @throws Failure file-unusable, passphrase-wrong, consent-needed */
export async function readKit(
  input: CommandInput,
  context: CommandContext,
): Promise<{ readonly file: string; readonly kit: OpenedKit }> {
  const file = resolve(input.argument('kit') ?? '');
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (error) {
    throw new Failure('file-unusable', {
      operation: 'open the break-glass kit',
      place: file,
      problem: `the file cannot be read (${(error as NodeJS.ErrnoException).code ?? String(error)})`,
      hint: 'Name the .tar file that `holdfast kit create` wrote.',
      cause: error,
    });
  }
  return { file, kit: unpackKit(bytes, await readKitPassphrase(input, context, false), file) };
}
