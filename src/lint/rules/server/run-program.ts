import type { PlacedText } from '../../lint-document.ts';
import { programName } from '../../readers/shell/unwrap-words.ts';

/** A program with its arguments, as an archive_command calls it. */
export interface ProgramRun {
  readonly words: readonly PlacedText[];
  readonly redirections: readonly PlacedText[];
}

type Status = 'zero' | 'nonzero';

/**
 * What can come of a program: the statuses that it may end with and whether it archives when it ends with 0; that the
 * whole command ends (`exit` alone: with the status that it has); that options of the shell change; or that nothing can
 * be said.
 */
export type ProgramResult =
  | { readonly statuses: readonly Status[]; readonly archives: boolean; readonly name: string }
  | { readonly exit: Status; readonly name: string }
  | { readonly set: { readonly errexit?: boolean; readonly pipefail?: boolean } }
  | 'exit'
  | 'unknown';

/** Programs that end with 0 whatever happens around them. */
const alwaysSucceeds = new Set(['true', ':', 'echo', 'printf', 'logger', 'tee', 'cat', 'export', 'date']);
/** Programs that look, tell or prepare; whatever they are given, they keep no copy of a segment. */
const keepsNothing = new Set([
  ...alwaysSucceeds,
  'false',
  'test',
  '[',
  '[[',
  'grep',
  'ls',
  'stat',
  'mkdir',
  'touch',
  'sleep',
  'pg_isready',
  'head',
  'tail',
  'sync',
  'fsync',
  'chmod',
  'chown',
  'cmp',
  'basename',
  'dirname',
  'which',
  'command',
  'systemd-cat',
  'sed',
]);

/**
 * What can come of a program in an archive_command.
 *
 * @param pushes the command calls pgbackrest somewhere, which then is what archives
 */
export function runArchiver(run: ProgramRun, pushes: boolean): ProgramResult {
  return runProgram(run, (program) => archivesSegment(run, program, pushes));
}

/** What can come of a program in a health check. Asking the engine for information never fails, whatever is wrong. */
export function runHealthCheck(run: ProgramRun): ProgramResult {
  const asks = programName(run.words[0]) === 'pgbackrest' && run.words.some((word) => isQuestion(word.value));
  if (asks) return { statuses: ['zero'], archives: false, name: shown(run) };
  return runProgram(run, () => false);
}

/** Commands that end with 0 also when there is no backup and no stanza (pgBackRest, src/command/info/info.c). */
function isQuestion(word: string): boolean {
  return ['info', 'version', 'help', '--version', '--help'].includes(word);
}

function runProgram(run: ProgramRun, archivesWith: (program: string) => boolean): ProgramResult {
  const [first, second] = run.words;
  if (first === undefined || dependsOnStatus(run)) return 'unknown';
  const name = shown(run);
  const program = first.value.startsWith('[[') ? '[[' : programName(first);
  if (program === 'exit' || program === 'return') return runExit(second, name);
  if (program === 'set') return { set: readSet(run.words.slice(1)) };
  if (program === 'exec') return runProgram({ ...run, words: run.words.slice(1) }, archivesWith);
  const archives = archivesWith(program);
  if (!archives && first.unknown) return 'unknown';
  const single: Status | undefined =
    program === 'false' ? 'nonzero' : !archives && alwaysSucceeds.has(program) ? 'zero' : undefined;
  return { statuses: single === undefined ? ['zero', 'nonzero'] : [single], archives, name };
}

function archivesSegment(run: ProgramRun, program: string, pushes: boolean): boolean {
  // A script whose name says so may well push, whatever else it does.
  const wraps = program !== 'pgbackrest' && /pgbackrest|archive|wal/.test(program) && holdsPath(run);
  if (pushes) return wraps || run.words.some((word) => word.value === 'archive-push');
  if (keepsNothing.has(program)) return program === 'cat' && holdsPath(run) && writesFile(run);
  return holdsPath(run);
}

function holdsPath(run: ProgramRun): boolean {
  return [...run.words, ...run.redirections].some((word) => word.value.includes('%p'));
}

function writesFile(run: ProgramRun): boolean {
  return run.redirections.some((part) => part.value.startsWith('>') && !part.value.includes('/dev/'));
}

function runExit(argument: PlacedText | undefined, name: string): ProgramResult {
  if (argument === undefined) return 'exit';
  if (!/^\d+$/.test(argument.value)) return 'unknown';
  return { exit: Number(argument.value) % 256 === 0 ? 'zero' : 'nonzero', name };
}

/** `$?` and what was made of it carry a status on that is not followed here. */
function dependsOnStatus(run: ProgramRun): boolean {
  const program = programName(run.words[0]);
  if (
    !['test', '[', '[[', 'exit', 'return'].includes(program) &&
    !(run.words[0]?.value ?? '').startsWith('[[')
  )
    return false;
  return run.words.some((word) =>
    /\$\{?(?:\?|[a-zA-Z_]*(?:rc|ret|status|code|exit|result)\b)/i.test(word.value),
  );
}

function readSet(words: readonly PlacedText[]): { errexit?: boolean; pipefail?: boolean } {
  const text = words.map((word) => word.value).join(' ');
  return {
    ...(/(?:^|\s)-[a-z]*e/.test(text) || /-o errexit/.test(text) ? { errexit: true } : {}),
    ...(/-[a-z]*o pipefail/.test(text) ? { pipefail: true } : {}),
  };
}

/** As it is named in a finding; long commands by their beginning. */
function shown(run: ProgramRun): string {
  const text = run.words.map((word) => word.value).join(' ');
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
