import { access, constants, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { RunAs } from '../process/run-command.ts';
import { runCommand } from '../process/run-command.ts';
import { serverEnvironment } from './server-environment.ts';

/** Where packages of one major version put their programs: Debian, PGDG for RHEL, Alpine, Homebrew. */
function packagedDirectories(major: number): string[] {
  return [
    `/usr/lib/postgresql/${major}/bin`,
    `/usr/pgsql-${major}/bin`,
    `/usr/libexec/postgresql${major}`,
    `/usr/local/opt/postgresql@${major}/bin`,
  ];
}

/** True for a directory that findBinDirectory finds by the version alone. */
export function isPackagedDirectory(directory: string): boolean {
  const major = Number(/\d+/.exec(directory)?.[0]);
  return packagedDirectories(major).includes(directory);
}

/**
 * Finds the directory with postgres, pg_ctl and pg_controldata of a major version.
 *
 * @param configured is believed when it holds the programs at all; its version is the caller's business
 * @param path PATH to search last; what is found there must say the right version
 */
export async function findBinDirectory(
  major: number,
  configured: string | undefined,
  path: string,
  owner: RunAs,
  runAs: RunAs | undefined,
): Promise<string | undefined> {
  if (configured !== undefined)
    return (await isExecutable(join(configured, 'postgres'))) ? configured : undefined;
  for (const directory of packagedDirectories(major)) {
    if (await isExecutable(join(directory, 'postgres'))) return directory;
  }
  for (const directory of ['/usr/local/pgsql/bin', '/usr/local/bin', ...path.split(':'), '/usr/bin']) {
    const program = join(directory, 'postgres');
    if (!directory.startsWith('/') || !(await isExecutable(program))) continue;
    const result = await runCommand({
      command: program,
      args: ['--version'],
      env: serverEnvironment(owner, directory),
      runAs,
      timeoutMs: 10_000,
    });
    if (parseMajor(result.stdout) === major) return directory;
  }
  return undefined;
}

/** Reads the major version out of `postgres (PostgreSQL) 15.14 (Debian …)`, `17devel` or a PG_VERSION file. */
export function parseMajor(text: string): number | undefined {
  const match = /(?:^|\)\s+)(\d+)(?:\.\d+|devel|beta\d*|rc\d*)?/.exec(text.trim());
  return match ? Number(match[1]) : undefined;
}

/**
 * Finds psql: next to the server, else the newest packaged one, else on PATH. Debian's /usr/bin/psql comes last
 * because it is a Perl wrapper that takes ten times as long and picks a cluster of its own.
 */
export async function findPsql(binDirectory: string | undefined, path: string): Promise<string | undefined> {
  const versions = (await readdir('/usr/lib/postgresql').catch(() => []))
    .filter((name) => /^\d+$/.test(name))
    .toSorted((left, right) => Number(right) - Number(left));
  const directories = [
    ...(binDirectory === undefined ? [] : [binDirectory]),
    ...versions.map((version) => `/usr/lib/postgresql/${version}/bin`),
    ...path.split(':').filter((directory) => directory.startsWith('/')),
    dirname('/usr/bin/psql'),
  ];
  for (const directory of directories) {
    if (await isExecutable(join(directory, 'psql'))) return join(directory, 'psql');
  }
  return undefined;
}

async function isExecutable(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
