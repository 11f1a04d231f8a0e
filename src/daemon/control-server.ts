import { chmodSync, chownSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { Failure } from '../model/failure.ts';
import type { ControlAnswer, ControlRequest } from './control-protocol.ts';
import { LineSplitter } from './line-splitter.ts';
import { readControlRequest } from './read-control-request.ts';
import { fitsSocket } from './socket-path.ts';

/** One client with its one request. */
export interface ControlConversation {
  /** Sends an answer. What the client is too slow to read is left out where it can be: progress first, then notes. */
  answer(answer: ControlAnswer): void;
  /** Sends what is left and closes. */
  end(): void;
  /** Aborts when the client wants no more: it has closed its side, or is gone. */
  readonly gone: AbortSignal;
}

export interface ControlServerParts {
  /** Path of the socket. Only who holds the state directory's lock may listen: a file that is there is stale. */
  readonly path: string;
  /** Gets the socket; undefined: the present user keeps it. */
  readonly owner: { readonly uid: number; readonly gid: number } | undefined;
  /** Does what is asked. A Failure that it throws is the answer; anything else is a bug. */
  readonly handle: (request: ControlRequest, conversation: ControlConversation) => Promise<void>;
  readonly onBug: (error: unknown) => void;
}

/** Longest request. A hundred jobs with annotations are far below. */
const mostRequestBytes = 1 << 20;
/** Milliseconds in which a client must have asked. */
const patienceMs = 10_000;
const mostClients = 64;
/** Bytes that may wait for a slow reader before progress, and before notes, are left out. */
const slowBytes = { progress: 64 << 10, notes: 1 << 20 } as const;

/**
 * Listens for commands. Whatever a client sends or fails to read, it is that client's problem only.
 *
 * @throws Failure file-unusable when the socket cannot be made
 */
export async function startControlServer(parts: ControlServerParts): Promise<AsyncDisposable> {
  if (!fitsSocket(parts.path)) {
    throw unusable(parts.path, 'the path of a socket may have 107 bytes only', undefined);
  }
  const sockets = new Set<Socket>();
  // Half open: a client that withdraws still hears how it ended.
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    converse(socket, parts);
  });
  server.maxConnections = mostClients;
  try {
    await listen(server, parts);
  } catch (error) {
    server.close();
    throw unusable(parts.path, (error as Error).message, error);
  }
  return {
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroySoon();
      const timer = setTimeout(() => sockets.forEach((socket) => socket.destroy()), 1000);
      await closed;
      clearTimeout(timer);
    },
  };
}

function unusable(path: string, problem: string, cause: unknown): Failure {
  return new Failure('file-unusable', {
    operation: 'listen for commands',
    place: path,
    problem,
    hint: 'Make sure that the state directory belongs to the user that runs pgBackRest, and that its path is short: `state: { directory: … }` in holdfast.yaml.',
    cause,
  });
}

async function listen(server: Server, { path, owner, onBug }: ControlServerParts): Promise<void> {
  rmSync(path, { force: true });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    // The socket is made within the call: at no moment can others open it.
    const before = process.umask(0o177);
    try {
      server.listen({ path }, () => resolve());
    } finally {
      process.umask(before);
    }
  });
  server.removeAllListeners('error');
  // One connection that could not be taken (no descriptor is left) is no reason to end.
  server.on('error', onBug);
  chmodSync(path, 0o600);
  if (owner) chownSync(path, owner.uid, owner.gid);
}

function converse(socket: Socket, parts: ControlServerParts): void {
  const gone = new AbortController();
  const splitter = new LineSplitter(mostRequestBytes);
  let asked = false;
  const conversation = conversationOf(socket, gone.signal);
  // A broken connection closes, and that is all there is to know about it.
  socket.on('error', () => {});
  socket.once('close', () => gone.abort());
  socket.once('end', () => {
    gone.abort();
    // It left without having asked.
    if (!asked) socket.destroy();
  });
  socket.setTimeout(patienceMs, () => socket.destroy());
  socket.on('data', (chunk) => {
    // One request a connection: what comes after it is not even kept.
    if (asked) return;
    const [line] = splitter.push(chunk as Buffer).map((found) => ({ found }));
    if (line === undefined) return;
    asked = true;
    socket.setTimeout(0);
    void serve(line.found, conversation, parts);
  });
}

async function serve(
  line: string | undefined,
  conversation: ControlConversation,
  { handle, onBug }: ControlServerParts,
): Promise<void> {
  try {
    if (line === undefined) {
      throw new Failure('usage', {
        operation: 'read what a client asks of the daemon',
        problem: `it is longer than ${mostRequestBytes} bytes`,
      });
    }
    await handle(readControlRequest(line), conversation);
  } catch (error) {
    if (!(error instanceof Failure)) onBug(error);
    conversation.answer({ answer: 'failure', failure: describe(error) });
  }
  conversation.end();
}

function describe(error: unknown): Record<string, unknown> {
  if (error instanceof Failure) return error.toJSON();
  const problem = error instanceof Error ? error.message : String(error);
  return { kind: 'bug', operation: 'do what was asked', problem };
}

function conversationOf(socket: Socket, gone: AbortSignal): ControlConversation {
  return {
    gone,
    answer(answer) {
      if (!socket.writable || isTooMuch(answer, socket.writableLength)) return;
      socket.write(`${JSON.stringify(answer)}\n`);
    },
    end: () => void socket.end(),
  };
}

function isTooMuch(answer: ControlAnswer, waiting: number): boolean {
  if (answer.answer !== 'event') return false;
  return waiting > (answer.event.kind === 'progress' ? slowBytes.progress : slowBytes.notes);
}
