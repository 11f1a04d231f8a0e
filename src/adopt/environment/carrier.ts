import type { Path } from '../../config/source-tree.ts';
import type { Severity } from '../../model/finding.ts';
import type { Problem, SourcePosition } from '../../model/source-position.ts';
import type { DraftComment, DraftNote, DraftNoteKind } from '../draft.ts';
import type { EnvironmentSecret, SecretFile } from './environment-secret.ts';
import type { EnvironmentFile, EnvironmentVariable } from './environment-variable.ts';
import { vaultMark } from './read-variable-mapping.ts';
import { isUnfilled } from './unfilled-value.ts';
import { wrapComment } from './wrap-comment.ts';

/** What is told besides the variable's name. */
export interface Remark {
  /** Full sentences. */
  readonly why: string;
  /** The key that the comment stands above; undefined: only in the report. */
  readonly at?: Path | undefined;
  readonly severity?: Severity | undefined;
}

/**
 * Carries variables over into a draft, one after the other, and remembers what was done with each: every variable that
 * was read ends in a note, every secret in the list for `.env`, and every value that cannot be used in a problem.
 */
export class Carrier {
  readonly comments: DraftComment[] = [];
  readonly notes: DraftNote[] = [];
  readonly secrets: EnvironmentSecret[] = [];
  readonly secretFiles: SecretFile[] = [];
  readonly problems: Problem[] = [];
  readonly #file: EnvironmentFile;
  readonly #read = new Set<string>();

  constructor(file: EnvironmentFile) {
    this.#file = file;
  }

  get file(): string {
    return this.#file.file;
  }

  /** True when the variable is there and not empty. Does not count as reading it. */
  has(name: string): boolean {
    return this.peek(name) !== undefined;
  }

  /** Counts the variable as read: something was made of it, though not of its value. */
  read(name: string): void {
    this.#read.add(name);
  }

  /** The value without judging it; undefined for one that is absent or empty. Does not count as reading it. */
  peek(name: string): string | undefined {
    const value = this.#file.variables.get(name)?.value?.trim();
    return value === '' ? undefined : value;
  }

  /**
   * The value, undefined when it is absent, empty or not usable. A value that refers to what the file does not have,
   * or that still is the placeholder of a document, is a problem.
   */
  value(name: string): string | undefined {
    this.#read.add(name);
    const variable = this.#file.variables.get(name);
    if (variable === undefined) return undefined;
    const [reference] = variable.unresolved;
    if (reference !== undefined) {
      this.reject(name, `refers to ${reference}, which is not in the file`, {
        remedy: `Put ${reference} into the file before it, or write the value itself; in single quotes when its $ is meant literally.`,
      });
      return undefined;
    }
    const value = this.peek(name);
    if (value?.startsWith(vaultMark) === true) {
      this.reject(name, 'is encrypted by ansible-vault', {
        remedy: `Write its value: \`ansible localhost -m debug -a var=${name} -e @${this.file} --ask-vault-pass\` shows it.`,
      });
      return undefined;
    }
    if (value === undefined || !isUnfilled(value)) return value;
    this.reject(name, 'still has the placeholder of its documentation', { remedy: 'Write the real value.' });
    return undefined;
  }

  /** The value; a problem when it is absent or empty. @param purpose completes "is missing: " */
  required(name: string, purpose: string): string | undefined {
    const value = this.value(name);
    if (value === undefined && !this.problems.some(({ path }) => path === name)) {
      this.reject(name, `is missing: ${purpose}`, { remedy: `Add ${name} to the file.` });
    }
    return value;
  }

  /** A whole number from 1 on; another text is a problem. */
  count(name: string): number | undefined {
    const text = this.value(name);
    if (text === undefined) return undefined;
    if (/^\d{1,7}$/.test(text) && Number(text) > 0) return Number(text);
    this.reject(name, 'is not a whole number from 1 on', { value: text, remedy: 'Write the number alone.' });
    return undefined;
  }

  /** Puts a secret into the `.env` and gives what the file says instead of it. */
  secret(name: string, secret: Omit<EnvironmentSecret, 'from'>): string {
    if (/[\r\n]/.test(secret.value)) {
      this.reject(name, 'has more than one line, which pgbackrest.conf cannot hold', {
        remedy: 'Write it on one line.',
      });
    }
    this.secrets.push({ ...secret, from: name });
    this.note('moved', name, { why: `A secret, ${secret.purpose}: in .env it is ${secret.name}.` });
    return `\${${secret.name}}`;
  }

  /** Puts a secret that was made now into the `.env`. */
  newSecret(secret: Omit<EnvironmentSecret, 'from'>): string {
    this.secrets.push({ ...secret, from: undefined });
    return `\${${secret.name}}`;
  }

  /** The variable is in the file, at this key. */
  moved(name: string, key: string): void {
    if (this.has(name)) this.note('moved', name, { why: `In holdfast.yaml it is ${key}.` });
  }

  /** Something was wrong, or would have been, and is right in the file. */
  correct(what: string, remark: Remark): void {
    this.note('corrected', what, { severity: 'warning', ...remark });
  }

  /** The variable is not in the file. Nothing is told when it is not there either. */
  leaveOut(name: string, remark: Remark): void {
    this.#read.add(name);
    if (this.has(name)) this.note('not-carried', name, { severity: 'advice', ...remark });
  }

  note(kind: DraftNoteKind, what: string, remark: Remark): void {
    const { why, at, severity = 'advice' } = remark;
    const position = this.#positionOf(what);
    if (at !== undefined) this.#comment(at, why);
    if (this.notes.some((note) => note.kind === kind && note.what === what && note.why === why)) return;
    this.notes.push({ kind, severity, what, why, position });
  }

  /** The value cannot be used: nothing is written. @param fields.value shown, so never that of a secret */
  reject(name: string, problem: string, fields: { readonly value?: string; readonly remedy: string }): void {
    const position = this.#positionOf(name) ?? { file: this.#file.file, line: 1, column: 1 };
    this.problems.push({
      severity: 'error',
      rule: 'bad-variable',
      position,
      path: name,
      problem,
      remedy: fields.remedy,
      ...(fields.value === undefined ? {} : { value: fields.value }),
    });
  }

  /** The variables of which nobody asked for the value. */
  unread(): readonly EnvironmentVariable[] {
    return [...this.#file.variables.values()].filter((variable) => !this.#read.has(variable.name));
  }

  /** The variables that were asked for and stand there without a value: `NAME` alone. */
  withoutValue(): readonly EnvironmentVariable[] {
    return [...this.#file.variables.values()].filter(
      ({ name, value }) => value === undefined && this.#read.has(name),
    );
  }

  #positionOf(name: string): SourcePosition | undefined {
    return this.#file.variables.get(name)?.position;
  }

  #comment(path: Path, text: string): void {
    const key = JSON.stringify(path);
    const index = this.comments.findIndex((comment) => JSON.stringify(comment.path) === key);
    const before = this.comments[index]?.text;
    const lines = wrapComment(text).join('\n');
    if (before === undefined) this.comments.push({ path, text: lines });
    else if (!before.includes(lines)) this.comments[index] = { path, text: `${before}\n${lines}` };
  }
}
