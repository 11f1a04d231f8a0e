import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import type { RunAs } from '../../src/process/run-command.ts';

export interface TimedCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly runAs: RunAs | undefined;
  /** Where its output goes. */
  readonly logFile: string;
}

/**
 * Milliseconds from the start of a child to its exit.
 *
 * Its output goes into a file and not through a pipe: a server that it leaves behind would hold a pipe open, and
 * waiting for that would be measured too. @throws Error with the end of its output when it fails
 */
export async function timeCommand(spec: TimedCommand): Promise<number> {
  const log = openSync(spec.logFile, 'w');
  try {
    const started = performance.now();
    const child = spawn(spec.command, [...spec.args], {
      cwd: '/',
      env: { ...spec.env },
      stdio: ['ignore', log, log],
      ...(spec.runAs === undefined ? {} : { uid: spec.runAs.uid, gid: spec.runAs.gid }),
    });
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', resolve);
    });
    const elapsed = performance.now() - started;
    if (code === 0) return elapsed;
    const output = readFileSync(spec.logFile, 'utf8').slice(-4000);
    throw new Error(`${spec.command} ${spec.args.join(' ')} ended with ${String(code)}:\n${output}`);
  } finally {
    closeSync(log);
  }
}
