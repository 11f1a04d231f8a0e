import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { createFiles } from '../../config/create-files.ts';
import { Failure, isFailure } from '../../model/failure.ts';
import { currentUser, lookupUser } from '../../process/os-user.ts';
import { fingerprintOf } from '../../secrets/fingerprint.ts';
import { generatePassphrase, lossOfPassphrase } from '../../secrets/passphrase.ts';
import type { CommandInput, CommandResult } from '../command-definition.ts';
import type { CommandContext } from '../context.ts';
import { chooseRepository } from './choose-repository.ts';

/** `holdfast secrets generate`. @throws Failure usage, edited-by-hand when the file is there, and of writing it */
export async function generateSecret(input: CommandInput, context: CommandContext): Promise<CommandResult> {
  const path = await outputFile(input, context);
  const owner = await ownerOf(context);
  const passphrase = generatePassphrase(randomBytes);
  await createFiles([{ path, content: `${passphrase}\n`, mode: 0o600, owner }], {
    operation: 'write a passphrase',
  });
  const reference = `file:${path}`;
  const fingerprint = fingerprintOf(passphrase);
  return {
    data: {
      file: path,
      owner: owner?.name ?? currentUser().name,
      repository: input.value('repository'),
      reference,
      fingerprint,
      lost: lossOfPassphrase,
    },
    text: [
      `wrote ${path} (mode 0600, owner ${owner?.name ?? currentUser().name})\n`,
      `fingerprint ${fingerprint}\n\n`,
      ...lossOfPassphrase.map((line) => `${line}\n`),
      `\nIn holdfast.yaml: encryption: { passphrase: "${reference}" }\n`,
      'It takes effect only in a repository that has no stanza yet.\n',
    ].join(''),
  };
}

/** `--output`, or the file that the repository names. */
async function outputFile(input: CommandInput, context: CommandContext): Promise<string> {
  const output = input.value('output');
  if (output !== undefined) return resolve(output);
  const usage = (problem: string): Failure =>
    new Failure('usage', {
      operation: 'choose the file of the passphrase',
      problem,
      hint: 'Add --output /etc/holdfast/NAME.passphrase.',
    });
  if (input.value('repository') === undefined) throw usage('neither --output nor --repository was given');
  const repository = chooseRepository(await context.stanza(), input.value('repository'));
  const reference = repository.encryption?.passphrase;
  if (reference?.kind === 'file') return reference.path;
  throw usage(`repository ${repository.name} names no file for its passphrase`);
}

/** The engine's user where this process may give files away; a file of one's own otherwise. */
async function ownerOf(
  context: CommandContext,
): Promise<{ name: string; uid: number; gid: number } | undefined> {
  if (context.uid !== 0) return undefined;
  const configured = await engineUserName(context);
  const user = await lookupUser(configured ?? 'postgres');
  if (user !== undefined || configured === undefined) return user;
  throw new Failure('not-permitted', {
    operation: 'write a passphrase',
    problem: `there is no operating system user ${configured}`,
    hint: 'Set engine.user in holdfast.yaml to the user that runs pgBackRest.',
  });
}

/** A passphrase is often made before there is a configuration. */
async function engineUserName(context: CommandContext): Promise<string | undefined> {
  try {
    return (await context.configuration()).engine.user;
  } catch (error) {
    if (isFailure(error, 'config-missing') && context.globals.config === undefined) return undefined;
    throw error;
  }
}
