import { runCommand } from '../../src/process/run-command.ts';
import type { TestCluster } from './cluster.ts';
import { testEnvironment } from './test-user.ts';

/** pgbench writes, fifty transactions a second, until it is disposed of. Its tables must be there. */
export function underLoad({ binaries, sandbox, socketDirectory, port }: TestCluster): AsyncDisposable {
  const stop = new AbortController();
  const place = ['-h', socketDirectory, '-p', String(port), '-U', 'postgres', 'postgres'];
  const { runAs } = sandbox;
  const env = testEnvironment(sandbox.owner);
  const args = ['-c', '2', '-R', '50', '-T', '600', '--no-vacuum', ...place];
  const running = runCommand({
    command: binaries.pgbench,
    args,
    env,
    runAs,
    cwd: sandbox.path,
    signal: stop.signal,
  });
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await running;
    },
  };
}
