import { connect, type Socket } from 'node:net';
import { Failure, isFailure } from '../model/failure.ts';
import { readFailure } from '../model/read-failure.ts';
import type { ControlAnswer, ControlRequest } from './control-protocol.ts';
import { LineSplitter } from './line-splitter.ts';
import { fitsSocket } from './socket-path.ts';

/** A connection to the daemon with one request on it. Disposing closes it, which withdraws what was asked for. */
export interface ControlCall extends Disposable {
  /**
   * The next answer; undefined when the daemon has said everything.
   *
   * @param timeoutMs undefined waits for ever
   * @throws Failure what the daemon answered, daemon-unreachable when it broke off or took too long
   */
  next(timeoutMs?: number): Promise<ControlAnswer | undefined>;
  /** Asks no more: what was asked for is withdrawn, and the answers tell how it ended. */
  withdraw(): void;
}

/** Longest answer: the facts of a job. */
const mostAnswerBytes = 16 << 20;
/** Milliseconds for the kernel to connect us: a full backlog means that nobody accepts. */
const connectMs = 5000;

/**
 * Asks the daemon that listens on a socket.
 *
 * @returns undefined when no daemon listens there
 * @throws Failure daemon-unreachable when somebody listens but cannot be reached
 */
export async function callDaemon(path: string, request: ControlRequest): Promise<ControlCall | undefined> {
  if (!fitsSocket(path)) return undefined;
  let socket: Socket;
  try {
    socket = await open(path);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    // Nobody made the socket, or its daemon was killed and left it.
    if (code === 'ENOENT' || code === 'ECONNREFUSED' || code === 'ENOTDIR') return undefined;
    throw unreachable(path, message, error);
  }
  const call = new Answers(socket, path);
  socket.write(`${JSON.stringify(request)}\n`);
  return call;
}

async function open(path: string): Promise<Socket> {
  const socket = connect({ path });
  const timer = setTimeout(
    () => socket.destroy(new Error(`nobody accepted the connection within ${connectMs / 1000} s`)),
    connectMs,
  );
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    return socket;
  } finally {
    clearTimeout(timer);
  }
}

/** The failure that says that the daemon does not do its part, and how to go without it. */
export function unreachable(
  path: string,
  problem: string,
  cause?: unknown,
  { hint }: { readonly hint?: string } = {},
): Failure {
  return new Failure('daemon-unreachable', {
    operation: 'ask the daemon',
    place: path,
    problem,
    hint:
      hint ??
      'Look at the log of `holdfast serve`, and restart it if it hangs. With --direct the command runs without it: two runs still never work on one repository at once.',
    cause,
  });
}

class Answers implements ControlCall {
  readonly #socket: Socket;
  readonly #path: string;
  readonly #lines: string[] = [];
  #ended: { readonly problem: string | undefined } | undefined;
  #wake: () => void = () => {};

  constructor(socket: Socket, path: string) {
    this.#socket = socket;
    this.#path = path;
    const splitter = new LineSplitter(mostAnswerBytes);
    socket.on('data', (chunk) => {
      for (const line of splitter.push(chunk as Buffer)) {
        if (line === undefined) this.#end('it said more than fits');
        else this.#lines.push(line);
      }
      this.#wake();
    });
    socket.on('error', (error) => this.#end(error.message));
    socket.on('close', () => this.#end(undefined));
  }

  #end(problem: string | undefined): void {
    this.#ended ??= { problem };
    this.#socket.destroy();
    this.#wake();
  }

  async next(timeoutMs?: number): Promise<ControlAnswer | undefined> {
    await this.#more(timeoutMs);
    const line = this.#lines.shift();
    if (line !== undefined) return this.#read(line);
    if (this.#ended?.problem !== undefined) throw unreachable(this.#path, this.#ended.problem);
    return undefined;
  }

  async #more(timeoutMs: number | undefined): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    // One timer for the whole line, in however many pieces it comes.
    const late = new Promise<never>((_resolve, reject) => {
      if (timeoutMs === undefined) return;
      const problem = `it did not answer within ${timeoutMs / 1000} s`;
      timer = setTimeout(() => reject(unreachable(this.#path, problem)), timeoutMs);
    });
    late.catch(() => {});
    try {
      while (this.#lines.length === 0 && this.#ended === undefined) {
        await Promise.race([new Promise<void>((resolve) => (this.#wake = resolve)), late]);
      }
    } finally {
      clearTimeout(timer);
    }
  }

  withdraw(): void {
    this.#socket.end();
  }

  #read(line: string): ControlAnswer {
    let answer: ControlAnswer;
    try {
      answer = JSON.parse(line) as ControlAnswer;
    } catch (error) {
      throw unreachable(this.#path, 'it answered something else than JSON', error);
    }
    if (answer.answer !== 'failure') return answer;
    throw readFailure(answer.failure) ?? unreachable(this.#path, String(answer.failure['problem']));
  }

  [Symbol.dispose](): void {
    this.#end(undefined);
  }
}

/**
 * One request with one answer.
 *
 * @returns undefined when no daemon listens there, or when it ended meanwhile
 * @throws Failure what the daemon answered, daemon-unreachable
 */
export async function askDaemon<Kind extends ControlAnswer['answer']>(
  path: string,
  request: ControlRequest,
  kind: Kind,
  timeoutMs: number,
): Promise<Extract<ControlAnswer, { answer: Kind }> | undefined> {
  using call = await callDaemon(path, request);
  try {
    const answer = await call?.next(timeoutMs);
    if (answer === undefined) return undefined;
    if (answer.answer === kind) return answer as Extract<ControlAnswer, { answer: Kind }>;
    throw unreachable(path, `it answered ${answer.answer}, which is no answer to ${request.ask}`);
  } catch (error) {
    // It was killed between our connection and its answer.
    if (isFailure(error, 'daemon-unreachable') && /ECONNRESET|EPIPE/.test(error.problem)) return undefined;
    throw error;
  }
}
