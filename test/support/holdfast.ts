import { once } from 'node:events';
import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { holdfastProgram } from './installation.ts';
import { testEnvironment, testUser } from './test-user.ts';

export interface HoldfastOptions {
  /** Working directory; `/` unless given, which everybody may enter. */
  readonly cwd?: string;
  /** Added to a clean environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Who runs it. Unless given: root where the tests run as root, and postgres otherwise. */
  readonly as?: 'root' | 'postgres';
  /** Network namespace to run in; only as root. */
  readonly namespace?: string | undefined;
  /** Aborting sends SIGINT, as Ctrl-C does. */
  readonly signal?: AbortSignal;
  /**
   * SIGKILL as soon as a line of either stream matches, or the question is answered with true (asked every 2 ms).
   * Only Holdfast itself is killed: its children live on, as they do when the kernel kills it for memory.
   */
  readonly killAt?: RegExp | (() => boolean);
  /** Text for its standard input; without it that is closed. */
  readonly input?: string;
  /** Milliseconds until SIGKILL; 200 seconds unless given. */
  readonly timeoutMs?: number;
  readonly onLine?: (line: string, stream: 'stdout' | 'stderr') => void;
}

export interface HoldfastResult {
  /** Undefined when a signal ended it. */
  readonly code: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
  readonly stdout: string;
  readonly stderr: string;
  readonly elapsedMs: number;
  /** stdout as one JSON document. @throws SyntaxError when it is none */
  json<Shape = Record<string, unknown>>(): Shape;
}

/** Runs the CLI to its end. Any exit code is a result. @throws Error when it does not end in time */
export async function runHoldfast(
  args: readonly string[],
  options: HoldfastOptions = {},
): Promise<HoldfastResult> {
  const started = performance.now();
  const child = startProgram(args, options);
  const stopWatching = watchForKill(child, options);
  const lines = collectLines(child, options);
  const abort = (): void => void child.kill('SIGINT');
  options.signal?.addEventListener('abort', abort, { once: true });
  const timeoutMs = options.timeoutMs ?? 200_000;
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    child.kill('SIGKILL');
  }, timeoutMs);
  try {
    const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    await lines.finished();
    const stdout = lines.stdout.join('\n');
    const stderr = lines.stderr.join('\n');
    if (late)
      throw new Error(`holdfast ${args.join(' ')}: not ended after ${timeoutMs} ms\n${stdout}\n${stderr}`);
    return {
      code: code ?? undefined,
      signal: signal ?? undefined,
      stdout,
      stderr,
      elapsedMs: performance.now() - started,
      json: <Shape>() => JSON.parse(stdout) as Shape,
    };
  } finally {
    clearTimeout(timer);
    stopWatching();
    options.signal?.removeEventListener('abort', abort);
  }
}

/** Like `runHoldfast`. @throws Error with all its output when the exit code is not 0 */
export async function mustRunHoldfast(
  args: readonly string[],
  options: HoldfastOptions = {},
): Promise<HoldfastResult> {
  const result = await runHoldfast(args, options);
  if (result.code === 0) return result;
  const ended = result.code === undefined ? `ended by ${String(result.signal)}` : `exit code ${result.code}`;
  throw new Error(`holdfast ${args.join(' ')}: ${ended}\n${result.stdout}\n${result.stderr}`);
}

function startProgram(args: readonly string[], options: HoldfastOptions): ChildProcess {
  const { owner, runAs } = testUser();
  if (options.as === 'root' && runAs === undefined)
    throw new Error('only tests that run as root can run Holdfast as root');
  const stepDown = options.as === 'postgres' && runAs !== undefined;
  const inNamespace = options.namespace === undefined ? [] : ['ip', 'netns', 'exec', options.namespace];
  const [command = '', ...words] = [...inNamespace, holdfastProgram(), ...args];
  const child = spawn(command, words, {
    cwd: options.cwd ?? '/',
    env: {
      ...testEnvironment(owner),
      ...(runAs === undefined || stepDown ? {} : rootEnvironment),
      ...options.env,
    },
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(stepDown ? { uid: runAs.uid, gid: runAs.gid } : {}),
  });
  // One that ends without reading its input is judged by its exit code, not by our broken pipe.
  child.stdin?.on('error', () => {});
  child.stdin?.end(options.input ?? '');
  return child;
}

const rootEnvironment = { HOME: '/root', USER: 'root' };

interface Lines {
  readonly stdout: string[];
  readonly stderr: string[];
  /** When both streams closed; a server that was left behind may keep them open, so at most half a second. */
  finished(): Promise<void>;
}

function collectLines(child: ChildProcess, options: HoldfastOptions): Lines {
  const lines = { stdout: [] as string[], stderr: [] as string[] };
  const closed: Promise<unknown>[] = [];
  for (const stream of ['stdout', 'stderr'] as const) {
    const source = child[stream];
    if (source === null) continue;
    const reader = createInterface({ input: source });
    reader.on('line', (line) => {
      lines[stream].push(line);
      options.onLine?.(line, stream);
      if (options.killAt instanceof RegExp && options.killAt.test(line)) child.kill('SIGKILL');
    });
    closed.push(once(reader, 'close'));
  }
  const finished = async (): Promise<void> => {
    let timer: NodeJS.Timeout | undefined;
    await Promise.race([Promise.all(closed), new Promise((resolve) => (timer = setTimeout(resolve, 500)))]);
    clearTimeout(timer);
    child.stdout?.destroy();
    child.stderr?.destroy();
  };
  return { ...lines, finished };
}

function watchForKill(child: ChildProcess, { killAt }: HoldfastOptions): () => void {
  if (typeof killAt !== 'function') return () => {};
  const timer = setInterval(() => {
    if (killAt()) child.kill('SIGKILL');
  }, 2);
  return () => clearInterval(timer);
}
