import { copyFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { isPackagedDirectory } from '../../src/postgres/program-directories.ts';
import { findRunningDataDirectories, findUnusualPrograms } from '../../src/postgres/running-servers.ts';
import { createCluster, type TestCluster } from '../support/cluster.ts';
import { bundleModule, nodeProgram } from '../support/installation.ts';
import { createSandbox } from '../support/sandbox.ts';

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

it('a data directory that is closed to this user is nothing to fail for', async () => {
  await using sandbox = await createSandbox('closed');
  const data = sandbox.directory('data', 0o700);
  sandbox.write('data/postmaster.pid', '1\n');
  await sandbox.mustRun('chmod', ['0', data]);
  const module = bundleModule('src/postgres/running-servers.ts', sandbox.directory('module', 0o755));
  const script = `import(${JSON.stringify(module)}).then((it) => it.findUnusualPrograms(${JSON.stringify(data)})).then(console.log)`;
  const said = await sandbox.mustRun(nodeProgram(), ['-e', script]);
  expect(said.stdout.trim()).toBe('undefined');
  await sandbox.mustRun('chmod', ['0700', data]);
});
