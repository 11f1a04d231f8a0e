import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Duplex } from 'node:stream';
import { asWhom, exitOf, SpawnError, type CommandSpec } from './run-command.ts';

/**
 * A child that lives as long as somebody has the other end of its stdin open, this process or another. It leads a
 * session of its own, so that neither a Ctrl-C nor the end of this process reaches it.
 */
export interface HeldChild {
  /**
   * The end of its stdin that is ours. A child that inherits it holds this child too. Let go of it with `destroy()`:
   * `end()` would send the end of file although others still have it open, because it is a socket.
   */
  readonly holder: Duplex;
  /** Descriptor 3 of the child, seen from here: it reads end of file once nobody there has it open. */
  readonly life: Duplex;
  /** Whole lines of its stdout, until the first of them that is given up on with `break`. */
  readonly lines: AsyncIterable<string>;
  /** Resolves when it has ended, with its exit code (undefined after a signal) and what it wrote to stderr. */
  readonly ended: Promise<{ readonly code: number | undefined; readonly stderr: string }>;
  /** Lets this process end although the child still runs. */
  release(): void;
}

/** Starts it. `ended` rejects with a SpawnError when the program cannot be started. @throws SpawnError likewise */
export function startHeldChild(spec: Pick<CommandSpec, 'command' | 'args' | 'env' | 'runAs'>): HeldChild {
  const { command, args, identity } = asWhom(spec);
  const child = spawn(command, [...args], {
    cwd: '/',
    env: { ...spec.env },
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    ...identity,
  });
  const exit = exitOf(child, spec.command);
  const [holder, , , life] = child.stdio as unknown as readonly Duplex[];
  if (child.pid === undefined || holder === undefined || life === undefined) {
    exit.catch(() => {});
    throw new SpawnError(spec.command, Object.assign(new Error('not started'), { code: 'EAGAIN' }));
  }
  // That the other side has gone is seen by its end.
  for (const stream of [holder, life]) stream.on('error', () => {});
  const errors: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => errors.push(line));
  return {
    holder,
    life,
    lines: createInterface({ input: child.stdout }),
    ended: exit.then(({ code }) => ({ code: code ?? undefined, stderr: errors.join('\n') })),
    release() {
      child.stdout.destroy();
      child.stderr.destroy();
      child.unref();
    },
  };
}
