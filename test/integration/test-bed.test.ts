import { execFileSync } from 'node:child_process';
import { existsSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { createCluster } from '../support/cluster.ts';
import { listeningPorts } from '../support/ports.ts';
import { isRunning } from '../support/processes.ts';
import { createSandbox } from '../support/sandbox.ts';

describe('a cluster of a test', () => {
  it('runs, answers, is killed, recovers, and leaves nothing behind', async () => {
    let path: string;
    let port: number;
    {
      await using cluster = await createCluster({ name: 'smoke', settings: { work_mem: '1MB' } });
      ({ port } = cluster);
      path = cluster.sandbox.path;
      expect(statSync(cluster.dataDirectory).uid).toBe(cluster.sandbox.owner.uid);
      await cluster.sql(
        'CREATE TABLE t (id int, note text); INSERT INTO t VALUES (1, NULL), (2, \'a "b", c\nd\')',
      );
      expect(await cluster.sql('SELECT * FROM t ORDER BY id')).toEqual([
        { id: '1', note: null },
        { id: '2', note: 'a "b", c\nd' },
      ]);
      expect(await cluster.value('SHOW data_checksums')).toBe('on');
      expect(await cluster.value('SHOW work_mem')).toBe('1MB');
      expect(listeningPorts().has(port)).toBe(true);

      const pid = cluster.pid() ?? 0;
      await cluster.kill();
      expect(isRunning(pid)).toBe(false);
      expect(cluster.isRunning()).toBe(false);
      await cluster.start();
      expect(await cluster.value('SELECT count(*) FROM t')).toBe('2');
      await cluster.stop();
      await cluster.start();
    }
    expect(existsSync(path)).toBe(false);
    expect(listeningPorts().has(port)).toBe(false);
  });

  it('reads rows as they are, whatever is in them', async () => {
    await using cluster = await createCluster({ name: 'rows' });
    const [row] = await cluster.sql(
      `SELECT '' AS empty, ',' AS comma, E'a\\n\\n"b"' AS lines, NULL AS nothing, '' AS last`,
    );
    expect(row).toEqual({ empty: '', comma: ',', lines: 'a\n\n"b"', nothing: null, last: '' });
    expect(await cluster.sql('SELECT 1 AS one WHERE false')).toEqual([]);
    expect(await cluster.sql(`CREATE TABLE t (); SELECT '' AS only; CREATE TABLE u ()`)).toEqual([
      { only: '' },
    ]);
  });

  it('fails with the message of the server', async () => {
    await using cluster = await createCluster({ name: 'error' });
    await expect(cluster.sql('SELECT * FROM nothing_here')).rejects.toThrow(
      /relation "nothing_here" does not exist/,
    );
  });
});

describe('the leak check', () => {
  it('fails for a process that was left behind, and ends it', async () => {
    const sandbox = await createSandbox('leak', { graceMs: 100 });
    const left = await sandbox.mustRun('sh', ['-c', 'sleep 300 >/dev/null 2>&1 & echo $!']);
    const pid = Number(left.stdout);
    expect(isRunning(pid)).toBe(true);
    await expect(sandbox[Symbol.asyncDispose]()).rejects.toThrow(`leaked process ${pid}`);
    expect(isRunning(pid)).toBe(false);
    expect(existsSync(sandbox.path)).toBe(false);
  });

  it('fails for a port that is still listened on', async () => {
    const sandbox = await createSandbox('port');
    const port = await sandbox.port();
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    await expect(sandbox[Symbol.asyncDispose]()).rejects.toThrow(`port ${port} is still listened on`);
    server.close();
    expect(existsSync(sandbox.path)).toBe(false);
  });

  it('fails for a mount that was left behind, and empties nothing through it', async () => {
    const sandbox = await createSandbox('mount');
    const directory = sandbox.directory('left');
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'holdfast-test', directory]);
    try {
      writeFileSync(`${directory}/kept`, '');
      await expect(sandbox[Symbol.asyncDispose]()).rejects.toThrow(`${directory} is still mounted`);
      expect(existsSync(`${directory}/kept`)).toBe(true);
    } finally {
      execFileSync('umount', [directory]);
      rmSync(sandbox.path, { recursive: true });
    }
  });

  it('runs every deferred clean-up, newest first, even when one fails', async () => {
    const sandbox = await createSandbox('defer');
    const order: string[] = [];
    sandbox.defer(() => void order.push('first'));
    sandbox.defer(() => {
      throw new Error('planted');
    });
    sandbox.defer(() => void order.push('last'));
    await expect(sandbox[Symbol.asyncDispose]()).rejects.toThrow('planted');
    expect(order).toEqual(['last', 'first']);
    expect(existsSync(sandbox.path)).toBe(false);
  });
});
