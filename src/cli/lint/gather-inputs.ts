import { collectHost, dataDirectoriesIn, findServerFiles } from '../../lint/sources/collect-host.ts';
import { collectPaths } from '../../lint/sources/collect-paths.ts';
import type { CollectedInputs, LintInput } from '../../lint/sources/lint-input.ts';
import { readInput } from '../../lint/sources/read-input.ts';
import { Failure, isFailure } from '../../model/failure.ts';
import type { CommandContext } from '../context.ts';

/**
 * Reads what is to be judged.
 *
 * @param names as given: files, directories, `-`; none: what this host uses
 * @param takeUnknown files of a directory are taken whatever they look like, because `--as` says what they are
 * @throws Failure file-unusable, usage
 */
export async function gatherInputs(
  names: readonly string[],
  takeUnknown: boolean,
  context: CommandContext,
): Promise<CollectedInputs> {
  if (names.length === 0) return gatherHost(context);
  const paths = names.filter((name) => name !== '-');
  const collected = await collectPaths(paths, { directory: process.cwd(), path: context.path, takeUnknown });
  if (paths.length === names.length) return collected;
  return { ...collected, inputs: [...collected.inputs, await readStdin()] };
}

async function gatherHost(context: CommandContext): Promise<CollectedInputs> {
  const notes: string[] = [];
  const own: LintInput[] = [];
  const file = findConfiguration(context);
  if (file === undefined) notes.push('there is no holdfast.yaml');
  else {
    const outcome = await readInput(file, file, () => false);
    if ('input' in outcome) own.push(outcome.input);
    else notes.push(`${file}: ${outcome.reason}`);
  }
  const first = await collectHost([]);
  const directories = dataDirectoriesIn(first.inputs.map((input) => input.text));
  const host = await collectHost(await findServerFiles(directories));
  return { inputs: [...own, ...host.inputs], notes: [...notes, ...host.notes] };
}

function findConfiguration(context: CommandContext): string | undefined {
  try {
    return context.configFile();
  } catch (error) {
    if (isFailure(error, 'config-missing')) return undefined;
    throw error;
  }
}

async function readStdin(): Promise<LintInput> {
  if (process.stdin.isTTY) {
    throw new Failure('usage', {
      operation: 'read stdin',
      problem: 'it is a terminal',
      hint: 'Pipe a text into it, as in: crontab -l | holdfast lint --as crontab -',
    });
  }
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return { file: '<stdin>', path: undefined, text: Buffer.concat(chunks).toString('utf8'), facts: undefined };
}
