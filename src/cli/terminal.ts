/** What the outside world gives to a command: two streams and perhaps a person. */
export interface Terminal {
  /** Data: the result. */
  readonly printResult: (text: string) => void;
  /** A note or a line of progress, on stderr; nothing with --quiet. */
  readonly printNote: (line: string) => void;
  /** A warning, on stderr, with --quiet too. */
  readonly printWarning: (line: string) => void;
  /** Writes to stderr as it is: for the progress bar. */
  readonly writeRaw: (text: string) => void;
  /** Whether stderr takes colors. */
  readonly color: boolean;
  /** True when stderr is a terminal, so that a line can be drawn over. */
  readonly interactive: boolean;
  readonly columns: number;
  /**
   * Asks on the terminal; undefined when there is nobody to ask. The answer is undefined when Ctrl-D or the end of the
   * connection came instead of one: that is neither consent nor the return key.
   */
  readonly ask: ((question: string, signal: AbortSignal) => Promise<string | undefined>) | undefined;
  /** The same, and what is typed is not shown; absent where nothing asks for secrets. */
  readonly askHidden?: ((question: string, signal: AbortSignal) => Promise<string | undefined>) | undefined;
}

/** The streams of a process, as far as they are used. */
export interface ProcessStreams {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * The terminal of this process.
 *
 * @param choices `json` keeps notes away from a person who is not there; colors follow https://no-color.org
 */
export function openTerminal(
  streams: ProcessStreams,
  choices: { readonly quiet: boolean; readonly color: boolean; readonly json: boolean },
): Terminal {
  const { stdin, stdout, stderr, env } = streams;
  // A reader that went away (`| head`) must not stop a backup in the middle.
  for (const stream of [stdout, stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
  const quiet = choices.quiet;
  const canAsk = stdin.isTTY && stderr.isTTY && !choices.json;
  return {
    printResult: (text) => void stdout.write(text),
    printNote: (line) => {
      if (!quiet) stderr.write(`${line}\n`);
    },
    printWarning: (line) => void stderr.write(`${line}\n`),
    writeRaw: (text) => void stderr.write(text),
    color: choices.color && stderr.isTTY && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb',
    interactive: !quiet && stderr.isTTY && env['TERM'] !== 'dumb',
    columns: Math.min(stdout.columns ?? 100, 120),
    ask: canAsk ? (question, signal) => askLine(stdin, stderr, question, signal) : undefined,
    askHidden: canAsk ? (question, signal) => askHiddenLine(stdin, stderr, question, signal) : undefined,
  };
}

/**
 * readline echoes to its output, which swallows everything here: the question is written past it, and only when the
 * terminal itself has stopped to echo, which it does as soon as readline has it.
 */
async function askHiddenLine(
  stdin: NodeJS.ReadStream,
  stderr: NodeJS.WriteStream,
  question: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { Writable } = await import('node:stream');
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  try {
    return await askLine(stdin, nowhere, '', signal, () => void stderr.write(question));
  } finally {
    stderr.write('\n');
  }
}

async function askLine(
  stdin: NodeJS.ReadStream,
  output: NodeJS.WritableStream,
  question: string,
  signal: AbortSignal,
  onReady: () => void = () => {},
): Promise<string | undefined> {
  const { createInterface } = await import('node:readline/promises');
  const reader = createInterface({ input: stdin, output, terminal: true });
  onReady();
  // In raw mode the terminal hands Ctrl-C to readline instead of raising the signal: raise it.
  reader.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  const closed = new Promise<undefined>((resolve) => reader.once('close', () => resolve(undefined)));
  try {
    return (await Promise.race([reader.question(question, { signal }), closed]))?.trim();
  } finally {
    reader.close();
  }
}
