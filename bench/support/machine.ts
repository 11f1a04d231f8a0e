import { execFileSync } from 'node:child_process';
import { availableParallelism, cpus, release, totalmem } from 'node:os';
import type { PostgresBinaries } from '../../test/support/postgres-versions.ts';

export interface Machine {
  readonly cores: number;
  readonly cpu: string;
  readonly memoryBytes: number;
  readonly kernel: string;
  /** Of the directory in which everything happens. */
  readonly fileSystem: string;
}

export interface Versions {
  readonly node: string;
  readonly postgres: string;
  readonly pgbackrest: string;
}

/** What the numbers depend on besides the programs. */
export function describeMachine(directory = '/tmp'): Machine {
  return {
    cores: availableParallelism(),
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    memoryBytes: totalmem(),
    kernel: release(),
    fileSystem: firstLine('stat', ['-f', '-c', '%T', directory]),
  };
}

/** The programs' own words about their version. */
export function describeVersions(binaries: PostgresBinaries, engine: string): Versions {
  return {
    node: process.versions.node,
    postgres: firstLine(`${binaries.directory}/postgres`, ['--version']).replace(
      /^postgres \(PostgreSQL\) /,
      '',
    ),
    pgbackrest: firstLine(engine, ['version']).replace(/^pgBackRest /, ''),
  };
}

function firstLine(command: string, args: readonly string[]): string {
  return (
    execFileSync(command, args, { cwd: '/', encoding: 'utf8', env: { LC_ALL: 'C.UTF-8' } }).split('\n')[0] ??
    ''
  );
}
