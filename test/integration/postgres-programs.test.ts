import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { isPackagedDirectory } from '../../src/postgres/program-directories.ts';
import { findRunningDataDirectories, findUnusualPrograms } from '../../src/postgres/running-servers.ts';
import { testUser } from '../support/test-user.ts';
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

it('a data directory that is closed to this user is nothing to fail for', () => {
  const { runAs } = testUser();
  const directory = mkdtempSync(join(tmpdir(), 'hf-programs-'));
  chmodSync(directory, 0o755);
  const data = join(directory, 'data');
  try {
    mkdirSync(data);
    writeFileSync(join(data, 'postmaster.pid'), '1\n');
    chmodSync(data, 0);
    const module = new URL('../../src/postgres/running-servers.ts', import.meta.url).href;
    const script = `import(${JSON.stringify(module)}).then((it) => it.findUnusualPrograms(${JSON.stringify(data)})).then(console.log)`;
    const said = execFileSync(process.execPath, ['-e', script], {
      cwd: '/',
      encoding: 'utf8',
      ...(runAs === undefined ? {} : { uid: runAs.uid, gid: runAs.gid }),
    });
    expect(said.trim()).toBe('undefined');
  } finally {
    chmodSync(data, 0o700);
    rmSync(directory, { recursive: true });
  }
});
