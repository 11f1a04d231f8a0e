import { PassThrough } from 'node:stream';
import { runCommand } from '../process/run-command.ts';
import { clientPatienceMs, psqlCommand, type SqlCall, type SqlResult } from './psql-command.ts';
import type { Connectable } from './query.ts';

/**
 * Connections that are kept between queries, one for each server, database and role: a psql that is fed through its
 * stdin. Starting one for each query costs more than most queries.
 *
 * A connection that the server ended since the last query is replaced; one that ends while it is asked makes that query
 * fail as it would alone. psql ends when its stdin does, so that none outlives a Holdfast that was killed.
 *
 * Who asks when they are closed already (work that goes on when its caller has failed) gets a connection for that query
 * alone: a psql that nobody ends would keep Holdfast from ending.
 */
export class KeptSessions implements AsyncDisposable {
  readonly #sessions = new Map<string, PsqlSession>();
  #isClosed = false;

  /**
   * Runs queries that change nothing: they may be sent a second time. One at a time for each connection.
   *
   * @throws SpawnError when psql cannot be started
   */
  async run(server: Connectable, call: SqlCall): Promise<SqlResult> {
    const key = [server.socketDirectory, server.node.port, call.database, call.user, call.ownSearchPath].join(
      '\n',
    );
    const kept = this.#sessions.get(key);
    if (kept !== undefined && !kept.isOver && !kept.isBusy) {
      const result = await kept.ask(call);
      // Code 2: the connection was bad. Whether it was before we asked, a new one tells.
      if (result.code !== 2 || result.stopped !== undefined) return result;
    }
    const session = new PsqlSession(server, call);
    if (!this.#isClosed && (kept === undefined || kept.isOver)) this.#sessions.set(key, session);
    const result = await session.ask(call);
    if (this.#sessions.get(key) !== session) await session[Symbol.asyncDispose]();
    return result;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#sessions.values()].map((session) => session[Symbol.asyncDispose]()));
    this.#sessions.clear();
  }
}

/** Printed behind each answer. A row is a JSON document and begins with a brace. */
const endOfAnswer = 'holdfast: end of answer';

/** How long psql is given to end by itself, milliseconds. */
const farewellMs = 2000;

/** One psql that runs until it is disposed of, or until an error or the server ends it. */
class PsqlSession implements AsyncDisposable {
  isOver = false;
  isBusy = false;
  readonly #input = new PassThrough();
  readonly #stop = new AbortController();
  readonly #ended: Promise<SqlResult>;
  #lines: string[] = [];
  #answered: (() => void) | undefined;

  constructor(server: Connectable, call: Pick<SqlCall, 'user' | 'database' | 'timeoutMs' | 'ownSearchPath'>) {
    this.#ended = runCommand({
      ...psqlCommand(server, call),
      input: this.#input,
      signal: this.#stop.signal,
      onLine: (line, stream) => this.#take(line, stream),
    }).finally(() => {
      this.isOver = true;
    });
    // Whoever asks sees it; between two questions nobody does.
    this.#ended.catch(() => {});
  }

  async ask({ sql, timeoutMs, signal }: SqlCall): Promise<SqlResult> {
    this.isBusy = true;
    this.#lines = [];
    const answered = new Promise<void>((resolve) => {
      this.#answered = resolve;
    });
    let late = false;
    const patience = setTimeout(() => {
      late = true;
      this.#stop.abort();
    }, timeoutMs + clientPatienceMs);
    const abort = (): void => this.#stop.abort();
    signal?.addEventListener('abort', abort, { once: true });
    if (signal?.aborted) abort();
    try {
      this.#input.write(`SET statement_timeout = ${timeoutMs};\n${sql}\\echo ${endOfAnswer}\n`);
      const end = await Promise.race([answered, this.#ended]);
      if (end === undefined)
        return { code: 0, stdout: this.#lines.join('\n'), stderr: '', stopped: undefined };
      // psql that ended with code 0 in the middle was told to by nobody: that is a lost connection too.
      const stopped = late && end.stopped === 'abort' ? 'timeout' : end.stopped;
      return { ...end, code: end.code === 0 ? 2 : end.code, stopped };
    } finally {
      clearTimeout(patience);
      signal?.removeEventListener('abort', abort);
      this.isBusy = false;
    }
  }

  #take(line: string, stream: 'stdout' | 'stderr'): void {
    if (stream === 'stderr') return;
    if (line === endOfAnswer) this.#answered?.();
    else this.#lines.push(line);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#input.end();
    const timer = setTimeout(() => this.#stop.abort(), farewellMs);
    // However it ended: it is over.
    await this.#ended.catch(() => {});
    clearTimeout(timer);
  }
}
