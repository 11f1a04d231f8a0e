import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
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
  /** Whole lines of its stdout; nothing more is read after a `break`. */
  readonly lines: AsyncIterable<string>;
  /** Resolves when it has ended, however, with what it wrote to stderr. */
  readonly ended: Promise<{ readonly stderr: string }>;
  /** Hears no more of it, which ends `lines`, and lets this process end although the child still runs. */
  release(): void;
}

const drainMs = 500;

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
  const reader = createInterface({ input: child.stderr }).on('line', (line) => errors.push(line));
  const read = new Promise<void>((resolve) => reader.once('close', resolve));
  const lines = createInterface({ input: child.stdout });
  return {
    holder,
    life,
    lines,
    ended: exit.then(async () => {
      // What it left behind may have stderr open for a moment longer.
      await Promise.race([read, delay(drainMs, undefined, { ref: false })]);
      return { stderr: errors.join('\n') };
    }),
    release() {
      // A destroyed stream has no end that a reader would see: who reads lines would wait for ever.
      lines.close();
      reader.close();
      child.stdout.destroy();
      child.stderr.destroy();
      child.unref();
    },
  };
}
