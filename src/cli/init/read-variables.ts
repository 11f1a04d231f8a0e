import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Failure } from '../../model/failure.ts';

/** More than any file of variables; far less than what hurts. */
const mostBytes = 1024 * 1024;

/** The text of `--from-env`: a file, or standard input for `-`. @throws Failure not-permitted, file-unusable, usage */
export async function readVariables(file: string): Promise<string> {
  const text = file === '-' ? await readStandardInput() : await readNamed(file);
  if (text.length <= mostBytes && !text.includes('\0')) return text;
  throw new Failure('file-unusable', {
    operation: 'read the variables',
    place: file,
    problem: 'it is not a text file of variables',
    hint: 'Name a file of lines NAME=value, or of YAML variables.',
  });
}

async function readNamed(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Failure(code === 'EACCES' ? 'not-permitted' : 'file-unusable', {
      operation: 'read the variables',
      place: resolve(file),
      problem:
        code === 'ENOENT' ? 'there is no such file' : `the file cannot be read (${code ?? String(error)})`,
      hint: 'Name a file of lines NAME=value, or of YAML variables, that you may read.',
      cause: error,
    });
  }
}

async function readStandardInput(): Promise<string> {
  if (process.stdin.isTTY) {
    throw new Failure('usage', {
      operation: 'read the variables',
      problem: 'standard input is a terminal',
      hint: 'Send the variables through a pipe: `ansible-vault view vault.yml | holdfast init --from-env -`.',
    });
  }
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
