import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { matrixDirectory } from './matrix-directory.ts';
import { isExecutable } from './postgres-versions.ts';

const distribution = '/usr/bin/pgbackrest';

/**
 * Path of a pgBackRest binary of that version (`2.45`, `2.55`, `2.60`; a patch release counts as its minor version).
 *
 * @throws Error when it is neither the distribution's nor in the matrix folder
 */
export function engineFor(version: string): string {
  if (isExecutable(distribution) && minorOf(versionOf(distribution)) === minorOf(version))
    return distribution;
  const binary = join(matrixDirectory(), `pgbackrest-${minorOf(version)}`, 'pgbackrest');
  if (isExecutable(binary)) return binary;
  throw new Error(
    `pgBackRest ${version} is not here (${binary}): \`npm run test:matrix\` gets it, and runs with it`,
  );
}

/** The version under test: HOLDFAST_TEST_ENGINE (set by the matrix), or the distribution's. */
export function engineVersionUnderTest(): string {
  const asked = process.env.HOLDFAST_TEST_ENGINE;
  return asked !== undefined && asked !== '' ? asked : minorOf(versionOf(distribution));
}

/** Path of the pgBackRest under test. */
export function engineUnderTest(): string {
  return engineFor(engineVersionUnderTest());
}

function versionOf(binary: string): string {
  return execFileSync(binary, ['version'], { cwd: '/', encoding: 'utf8' }).replace('pgBackRest', '').trim();
}

function minorOf(version: string): string {
  return version.split('.').slice(0, 2).join('.');
}
