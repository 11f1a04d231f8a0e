import { copyFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { isPackagedDirectory } from '../../src/postgres/program-directories.ts';
import { findRunningDataDirectories, findUnusualPrograms } from '../../src/postgres/running-servers.ts';
import { createCluster, type TestCluster } from '../support/cluster.ts';

/** A directory with the server's program that no package has. */
function unusualDirectory({ sandbox, binaries }: TestCluster): string {
  const real = dirname(realpathSync(join(binaries.directory, 'postgres')));
  if (!isPackagedDirectory(real)) return real;
  const directory = sandbox.directory('programs', 0o755);
  copyFileSync(join(binaries.directory, 'postgres'), join(directory, 'postgres'));
  return directory;
}

it('the programs of a running server are seen where they lie in an unusual place', async () => {
  await using cluster = await createCluster({ name: 'programs', started: false });
  const { sandbox, dataDirectory, binaries } = cluster;
  expect(await findUnusualPrograms(dataDirectory)).toBeUndefined();
  const directory = unusualDirectory(cluster);
  const start = ['-D', dataDirectory, '-w', '-l', sandbox.file('server.log'), 'start'];
  await sandbox.mustRun(join(binaries.directory, 'pg_ctl'), ['-p', join(directory, 'postgres'), ...start]);
  expect(await findRunningDataDirectories()).toContain(dataDirectory);
  expect(await findUnusualPrograms(dataDirectory)).toBe(directory);
});
