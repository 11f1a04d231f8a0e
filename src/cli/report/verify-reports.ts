import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Failure } from '../../model/failure.ts';
import { readOwnKeys } from '../../report/key-files.ts';
import { reportFiles } from '../../report/report-files.ts';
import { readReportKey } from '../../report/report-key.ts';
import {
  type VerifiedReports,
  verifyOwnReports,
  verifyReportDirectory,
} from '../../report/verify-all-reports.ts';
import { type VerifiedReport, type VerifyingKey, verifyReportFile } from '../../report/verify-report.ts';
import type { CommandInput, CommandResult } from '../command-definition.ts';
import type { CommandContext } from '../context.ts';
import { formatTable } from '../output/format-table.ts';
import { printable } from '../output/printable.ts';

/** `holdfast report verify`. With --key it reads nothing but what is named. */
export async function verifyReports(input: CommandInput, context: CommandContext): Promise<CommandResult> {
  const keys = await keysOf(input, context);
  const found = input.flag('all')
    ? await verifyAll(keys, context)
    : await verifyNamed(input.arguments('subject'), keys, context);
  const bad = found.reports.filter(({ problems }) => problems.length > 0).length;
  const isGood = bad === 0 && found.problems.length === 0;
  return {
    data: { good: isGood, reports: found.reports, problems: found.problems },
    text: describe(found),
    exitCode: isGood ? 0 : 2,
  };
}

async function verifyAll(keys: readonly VerifyingKey[], context: CommandContext): Promise<VerifiedReports> {
  const { stateDirectory } = await context.configuration();
  return verifyOwnReports(stateDirectory, keys, await context.journal());
}

async function verifyNamed(
  subjects: readonly string[],
  keys: readonly VerifyingKey[],
  context: CommandContext,
): Promise<VerifiedReports> {
  const reports: VerifiedReport[] = [];
  const problems: string[] = [];
  for (const subject of subjects) {
    const kind = await kindOf(resolve(subject));
    if (kind === 'directory') {
      const found = await verifyReportDirectory(resolve(subject), keys);
      if (found.reports.length === 0) problems.push(`there are no reports in ${subject}`);
      reports.push(...found.reports);
      problems.push(...found.problems);
    } else {
      const file = kind === 'file' ? resolve(subject) : await fileOf(subject, context);
      reports.push((await verifyReportFile(file, keys)).verified);
    }
  }
  return { reports, problems };
}

async function kindOf(path: string): Promise<'file' | 'directory' | undefined> {
  try {
    return (await stat(path)).isDirectory() ? 'directory' : 'file';
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw unreadable(path, error);
  }
}

/** What is no file is the id of a drill of this host; that needs the configuration. */
async function fileOf(subject: string, context: CommandContext): Promise<string> {
  if (/^[A-Za-z0-9._-]+$/.test(subject) && !subject.endsWith('.json') && !subject.endsWith('.html'))
    return reportFiles((await context.configuration()).stateDirectory, subject).json;
  throw new Failure('nothing-found', {
    operation: 'verify reports',
    place: resolve(subject),
    problem: 'there is no such file',
    hint: 'Name the .json of a report, with its .sig beside it, a directory of them, or the id of a drill.',
  });
}

async function keysOf(input: CommandInput, context: CommandContext): Promise<readonly VerifyingKey[]> {
  const file = input.value('key');
  if (file === undefined) return readOwnKeys((await context.configuration()).stateDirectory);
  const path = resolve(file);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw unreadable(path, error);
  }
  const key = readReportKey(text);
  if (key !== undefined) return [key];
  throw new Failure('file-unusable', {
    operation: 'read the public key',
    place: path,
    problem: 'it holds no Ed25519 key in PEM',
    hint: 'Take report-1.pub (or that of a later number) out of `report-keys` in the state directory of the host that signed.',
  });
}

function unreadable(place: string, cause: unknown): Failure {
  const { code } = cause as NodeJS.ErrnoException;
  return new Failure(code === 'EACCES' ? 'not-permitted' : 'file-unusable', {
    operation: 'verify reports',
    place,
    problem: `it cannot be read (${code ?? String(cause)})`,
    hint: 'Look whether the file is there and may be read.',
    cause,
  });
}

function describe({ reports, problems }: VerifiedReports): string {
  const rows = formatTable(
    [{ title: 'result' }, { title: 'file' }, { title: 'key' }],
    reports.map(({ file, key, keyNumber, problems: own }) => [
      own.length === 0 ? 'good' : 'BAD',
      file,
      key === null ? '-' : `${key}${keyNumber === null ? '' : ` (${keyNumber})`}`,
    ]),
  );
  const lines = [
    ...reports.flatMap((report) => report.problems.map((problem) => `critical: ${report.file}: ${problem}`)),
    ...problems.map((problem) => `critical: ${problem}`),
  ];
  const summary = reports.length === 0 && lines.length === 0 ? 'there are no reports\n' : '';
  return `${rows}${lines.map((line) => `${printable(line)}\n`).join('')}${summary}`;
}
