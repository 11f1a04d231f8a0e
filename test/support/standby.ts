import { clusterAt, type TestCluster } from './cluster.ts';

/**
 * A standby of a test's server, in the same sandbox, made from a cold copy: not every version under test has a
 * pg_basebackup. It streams; disposing the sandbox stops it.
 */
export async function createStandby(primary: TestCluster, name = 'standby'): Promise<TestCluster> {
  const { sandbox, binaries, socketDirectory, port } = primary;
  const dataDirectory = sandbox.file(name, 'data');
  const own = sandbox.directory(`${name}/run`);
  await primary.stop();
  await sandbox.mustRun('cp', ['-a', primary.dataDirectory, dataDirectory]);
  await primary.start();
  sandbox.write(`${name}/data/standby.signal`, '');
  const ownPort = await sandbox.port();
  sandbox.write(
    `${name}/data/postgresql.auto.conf`,
    `primary_conninfo = 'host=${socketDirectory} port=${port} user=postgres'\nport = ${ownPort}\nunix_socket_directories = '${own}'\n`,
  );
  const made = clusterAt({
    name,
    sandbox,
    binaries,
    dataDirectory,
    socketDirectory: own,
    port: ownPort,
    logFile: sandbox.file(`${name}.log`),
  });
  sandbox.defer(async () => made[Symbol.asyncDispose]());
  await made.start();
  return made;
}
