import { accessSync, constants, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { matrixDirectory } from './matrix-directory.ts';

/** Where the programs of a PostgreSQL major version are. */
export interface PostgresBinaries {
  readonly major: number;
  /** Holds at least initdb, pg_ctl, postgres, pg_controldata and pg_waldump of that version. */
  readonly directory: string;
  /** psql and pgbench of any version: the newest installed by the distribution (they talk to older and newer servers). */
  readonly psql: string;
  readonly pgbench: string;
}

const distribution = '/usr/lib/postgresql';

/** Major versions installed from the distribution, oldest first. */
export function installedMajors(): readonly number[] {
  return readdirSync(distribution)
    .map(Number)
    .filter(
      (major) => Number.isInteger(major) && isExecutable(join(distribution, String(major), 'bin/postgres')),
    )
    .toSorted((left, right) => left - right);
}

/** The version under test: HOLDFAST_TEST_POSTGRES (set by the matrix), or the newest of the distribution. */
export function postgresUnderTest(): number {
  const asked = process.env.HOLDFAST_TEST_POSTGRES;
  if (asked !== undefined && asked !== '') return Number(asked);
  const newest = installedMajors().at(-1);
  if (newest === undefined)
    throw new Error('no PostgreSQL is installed: run `npm test` once, it installs one');
  return newest;
}

/** @throws Error when that version is neither installed nor in the matrix folder */
export function postgresBinaries(major = postgresUnderTest()): PostgresBinaries {
  const own = join(distribution, String(major), 'bin');
  const directory = isExecutable(join(own, 'postgres'))
    ? own
    : join(matrixDirectory(), `postgres-${major}`, 'bin');
  if (!isExecutable(join(directory, 'postgres'))) {
    throw new Error(
      `PostgreSQL ${major} is not here (${directory}): \`npm run test:matrix\` gets it, and runs with it`,
    );
  }
  const newest = join(distribution, String(installedMajors().at(-1)), 'bin');
  return { major, directory, psql: join(newest, 'psql'), pgbench: join(newest, 'pgbench') };
}

/** Whether the file can be executed by us. */
export function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
