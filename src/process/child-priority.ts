import { existsSync } from 'node:fs';

/** How far a child and all that it starts give way to others. */
export interface ChildPriority {
  /** 0 to 19, as nice(1) adds it. */
  readonly nice: number;
  /** I/O class idle: it reads and writes when nobody else does. Without ionice(1) it is as it was. */
  readonly idleDisk: boolean;
}

const [niceProgram, ioniceProgram] = ['/usr/bin/nice', '/usr/bin/ionice'];

/**
 * What stands before a program so that it runs so: `nice -n 10 ionice -c 3 -t`. Both replace themselves by the program,
 * so the pid stays; what it starts inherits it. `-t`: a kernel that refuses is no reason not to run.
 *
 * @see https://man7.org/linux/man-pages/man1/ionice.1.html
 */
export function priorityPrefix({ nice, idleDisk }: ChildPriority): readonly string[] {
  return [
    ...(nice > 0 && existsSync(niceProgram) ? [niceProgram, '-n', String(nice)] : []),
    ...(idleDisk && existsSync(ioniceProgram) ? [ioniceProgram, '-c', '3', '-t'] : []),
  ];
}
