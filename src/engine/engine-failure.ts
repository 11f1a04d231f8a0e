import { Failure, type FailureKind } from '../model/failure.ts';
import type { LogRecord } from './engine.ts';
import { engineErrors } from './engine-errors.ts';
import { unprintable } from './log-lines.ts';

/** What is known of a run that failed. */
export interface FailedRun {
  /** A verb phrase: `back up stanza main`. */
  readonly operation: string;
  readonly place?: string | undefined;
  readonly exitCode: number;
  readonly records: readonly LogRecord[];
  /** What was printed outside the log, for engines that die without a word. */
  readonly remainder?: string | undefined;
}

interface Verdict {
  readonly kind: FailureKind;
  readonly hint: string;
}

const unknownError: Verdict = {
  kind: 'engine-failed',
  hint: 'Look into the log of pgBackRest in its log directory; the number is pgBackRest\u2019s own error number.',
};

/**
 * Turns the exit code and the log of a failed run into a failure of our list. Its details carry the engine's error
 * number, name and warnings; its hint holds the engine's hints and ours.
 */
export function engineFailure(run: FailedRun): Failure {
  const error = run.records.find((record) => record.level === 'error');
  const number = error?.code ?? run.exitCode;
  const verdict = judge(number, run.records);
  const message =
    error?.message ??
    findSignal(run.records) ??
    (run.remainder?.trim() || `pgbackrest ended with exit code ${run.exitCode}`);
  const warnings = run.records.filter((record) => record.level === 'warn').map((record) => record.message);
  return new Failure(verdict.kind, {
    operation: run.operation,
    place: run.place,
    problem: problemText(number, message),
    hint: [...engineHints(verdict.kind, error), verdict.hint].join(' '),
    details: {
      engineError: number,
      engineErrorName: engineErrors[number]?.name ?? 'unknown',
      ...(warnings.length === 0 ? {} : { warnings }),
    },
  });
}

/** Being told to stop is no error for the engine; the last line of its log says it: `cmdEnd()`, `src/command/command.c`. */
function findSignal(records: readonly LogRecord[]): string | undefined {
  const said = records.map(({ message }) => / command end: (terminated on signal .*)/.exec(message)?.[1]);
  return said.findLast((text) => text !== undefined);
}

function problemText(number: number, message: string): string {
  const text = message.replaceAll(/:?\s*\n\s*/g, '; ').replace(/[.;\s]+$/, '');
  return `[${String(number).padStart(3, '0')}] ${text}`;
}

/** With a wrong passphrase the engine asks whether stanza-create was run: that would lead astray. */
function engineHints(kind: FailureKind, error: LogRecord | undefined): string[] {
  return kind === 'passphrase-wrong' ? [] : (error?.hints ?? []).map(asSentence);
}

function asSentence(hint: string): string {
  const startsWithWord = /^[a-z]+[ ,]/.test(hint);
  const text = startsWithWord ? hint.charAt(0).toUpperCase() + hint.slice(1) : hint;
  return /[.?!]$/.test(text) ? text : `${text}.`;
}

/** What the engine's words tell beyond its number. The first that fits counts. */
interface TextRule {
  /** Only for these numbers; undefined: all. */
  readonly numbers?: readonly number[];
  readonly text: RegExp;
  readonly verdict: Verdict;
}

function asNumber(number: number): Verdict {
  return engineErrors[number] ?? unknownError;
}

/**
 * Where the number alone is too coarse: a full disk shows as any failed write, a foreign cluster as an invalid file,
 * a repository that cannot be opened as a set that was not found, and `no valid repository` hides what each said.
 */
const diskFull: Verdict = {
  kind: 'disk-full',
  hint: 'Free space on the file system of the named file, then run the command again.',
};

const textRules: readonly TextRule[] = [
  { text: /No space left on device|Disk quota exceeded/, verdict: diskFull },
  // The system took only a part: on a file that means that there was no room for the rest. The engine then shows the
  // reason of some earlier call, if any (write.c asks for errno although write(2) did not fail): ENOENT, EEXIST,
  // ENOTDIR, ECHILD, EAGAIN and ENOTTY are none of those that a write to a file can have.
  { numbers: [64], text: /unable to write '[^']+'(?:: \[(?:2|10|11|17|20|25)\] .*)?$/m, verdict: diskFull },
  {
    text: /ArchiveMismatchError|do not match (?:the database|(?:repo\d+ )?stanza version)/,
    verdict: asNumber(44),
  },
  { numbers: [103], text: /ArchiveDuplicateError/, verdict: asNumber(45) },
  { text: /not later than latest/, verdict: asNumber(106) },
  // A lock that may not be opened says `permission denied` too, but the engine's hint is about other processes.
  { text: /Permission denied/, verdict: { kind: 'not-permitted', hint: asNumber(41).hint } },
  { numbers: [103], text: /FileMissingError\] unable to load info file/, verdict: asNumber(55) },
  {
    numbers: [75],
    text: /\[\w+Error\] /,
    verdict: {
      kind: 'repository-unreachable',
      hint: 'The repository could not be read: its own message is among the warnings.',
    },
  },
  {
    numbers: [29],
    text: /unable to load info file/,
    verdict: { kind: 'repository-damaged', hint: 'Look at the named file: it is not what pgBackRest wrote.' },
  },
  {
    numbers: [29],
    text: /^(?:key\/value|key|section|ini )/,
    verdict: {
      kind: 'engine-configuration',
      hint: 'The configuration of pgBackRest cannot be read: run `holdfast setup`.',
    },
  },
  {
    numbers: [95],
    text: /./,
    verdict: {
      kind: 'repository-unreachable',
      hint: 'The certificate of the other side or a key file was refused: look at the files that holdfast.yaml names for this repository, and at the name of its endpoint.',
    },
  },
  { numbers: [27], text: /no database found|unable to find primary/, verdict: asNumber(56) },
  {
    numbers: [55],
    text: /^(?!.*(?:archive|backup)\.info)/s,
    verdict: { kind: 'nothing-found', hint: 'Check the name: the engine found no such file.' },
  },
];

function judge(number: number, records: readonly LogRecord[]): Verdict {
  const told = records.filter((record) => record.level === 'error' || record.level === 'warn');
  const text = told.map((record) => record.message).join('\n');
  if (looksLikeWrongPassphrase(number, text)) return { kind: 'passphrase-wrong', hint: asNumber(95).hint };
  const found = textRules.find((one) => (one.numbers?.includes(number) ?? true) && one.text.test(text));
  return found?.verdict ?? asNumber(number);
}

const cipherError = /cipher header|unable to flush/;
const tlsError = /certificate|\bTLS\b|unable to load (?:CA|cert|key) file|unable to read PEM/;

/**
 * The engine reports a crypto error only at the end of a file. Before that it tries to read the noise as text, and
 * complains of its form, its checksum or nothing but its first bytes; a set in such a repository `is not valid`. What
 * TLS and key files of stores come to is a crypto error as well (`src/common/io/tls`, `src/storage/gcs`).
 */
function looksLikeWrongPassphrase(number: number, text: string): boolean {
  if (number === 95 || /CryptoError/.test(text)) return cipherError.test(text) || !tlsError.test(text);
  if (!/\.info\b|manifest/.test(text)) return false;
  // Noise is cut at its first zero byte or line end: a few letters, which by chance can all be printable.
  return text.includes(unprintable) || /at line \d+: ?(?:Salted__|[^\s=[]{0,8}$)/m.test(text);
}
