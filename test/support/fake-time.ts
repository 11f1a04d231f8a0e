import { readdirSync } from 'node:fs';
import type { Sandbox } from './sandbox.ts';

/** The clock of one process and its children, which can be set at any time. */
export interface FakeTime {
  /** What the process is to have in its environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Sets the clock: seconds before or after the right time. The clock that never goes back stays as it is. */
  set(seconds: number): void;
}

/** @throws Error where Debian's libfaketime is not installed */
export function createFakeTime(sandbox: Sandbox, name: string): FakeTime {
  const file = sandbox.file(`${name}.time`);
  const set = (seconds: number): void =>
    void sandbox.write(`${name}.time`, `${seconds < 0 ? '-' : '+'}${Math.abs(seconds)}s\n`, 0o644);
  set(0);
  return {
    env: {
      LD_PRELOAD: findLibrary(),
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_NO_CACHE: '1',
      DONT_FAKE_MONOTONIC: '1',
      // Times of files stay what the file system says.
      NO_FAKE_STAT: '1',
    },
    set,
  };
}

function findLibrary(): string {
  for (const triplet of readdirSync('/usr/lib')) {
    if (!triplet.endsWith('-linux-gnu')) continue;
    const file = `/usr/lib/${triplet}/faketime/libfaketimeMT.so.1`;
    try {
      readdirSync(`/usr/lib/${triplet}/faketime`);
      return file;
    } catch {
      continue;
    }
  }
  throw new Error('libfaketime is not here: run `npm test` once, it installs it');
}
