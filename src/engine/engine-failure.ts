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
    error?.message ?? (run.remainder?.trim() || `pgbackrest ended with exit code ${run.exitCode}`);
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

/**
 * The number alone is too coarse in four cases: a full disk shows as any failed write, a wrong passphrase as a file
 * of nonsense (the engine parses decrypted noise before it sees that the padding is wrong), a repository that
 * cannot be opened as a set that was not found, and a stanza made for another server version as a missing file.
 */
function judge(number: number, records: readonly LogRecord[]): Verdict {
  const told = records.filter((record) => record.level === 'error' || record.level === 'warn');
  const text = told.map((record) => record.message).join('\n');
  if (/No space left on device|Disk quota exceeded/.test(text)) {
    return {
      kind: 'disk-full',
      hint: 'Free space on the file system of the named file, then run the command again.',
    };
  }
  if (looksLikeWrongPassphrase(number, text)) {
    return { kind: 'passphrase-wrong', hint: (engineErrors[95] as Verdict).hint };
  }
  if (number === 75 && /\[(?:\w+Error)\] /.test(text)) {
    return {
      kind: 'repository-unreachable',
      hint: 'The repository could not be read: its own message is among the warnings.',
    };
  }
  if (number === 29 && /unable to load info file/.test(text)) {
    return { kind: 'repository-damaged', hint: 'Look at the named file: it is not what pgBackRest wrote.' };
  }
  if (number === 29 && /^(?:key\/value|key|section|ini )/.test(text)) {
    return {
      kind: 'engine-configuration',
      hint: 'The configuration of pgBackRest cannot be read: run `holdfast setup`.',
    };
  }
  if (/not later than latest|has the timezone changed/.test(text)) return engineErrors[106] ?? unknownError;
  if (/Permission denied/.test(text) && number !== 50) {
    return { kind: 'not-permitted', hint: (engineErrors[41] as Verdict).hint };
  }
  if (number === 27 && /no database found|unable to find primary/.test(text))
    return engineErrors[56] ?? unknownError;
  if (number === 55 && !/archive\.info|backup\.info/.test(text)) {
    return {
      kind: 'nothing-found',
      hint: 'Check the name: the engine found no such file in the repository.',
    };
  }
  return engineErrors[number] ?? unknownError;
}

/**
 * The engine reports a crypto error only at the end of a file. Before that it tries to read the noise as text, and
 * complains of its form, its checksum or nothing but its first bytes; a set in such a repository `is not valid`.
 */
function looksLikeWrongPassphrase(number: number, text: string): boolean {
  if (number === 95 || /CryptoError/.test(text)) return true;
  if (!/\.info\b|manifest/.test(text)) return false;
  return text.includes(unprintable) || /at line \d+: ?(?:Salted__|$)/m.test(text);
}
