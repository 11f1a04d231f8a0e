import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createCluster } from '../support/cluster.ts';
import { writeConfiguration } from '../support/configuration.ts';
import { engineUnderTest } from '../support/engines.ts';
import { fillDisk, mountSmallDisk } from '../support/full-disk.ts';
import { mustRunHoldfast, runHoldfast } from '../support/holdfast.ts';
import { createSandbox } from '../support/sandbox.ts';

const isRoot = process.getuid?.() === 0;

describe('holdfast in a test', () => {
  it('runs as whom it should, on a configuration inside the sandbox', async () => {
    await using sandbox = await createSandbox('run');
    const cluster = await createCluster({ sandbox });
    const configuration = writeConfiguration(sandbox, {
      main: { cluster, repositories: { local: {}, vault: { encryption: true } } },
    });
    const outside = new RegExp(`"(?!${sandbox.path}/)/[^"]*"`);
    const programs = [engineUnderTest(), cluster.binaries.directory];
    for (const as of isRoot ? (['root', 'postgres'] as const) : (['postgres'] as const)) {
      const result = await mustRunHoldfast(['--config', configuration.file, 'config', '--json'], { as });
      // Where things lie on other hosts is not touched here.
      const { deploy, ...here } = result.json<{ configuration: Record<string, unknown> }>().configuration;
      expect(deploy).toBeDefined();
      const text = JSON.stringify(here);
      expect(programs.reduce((left, path) => left.replaceAll(path, ''), text)).not.toMatch(outside);
      expect(result.stdout).not.toContain('for tests only');
      expect(JSON.stringify(result.json())).toContain(configuration.repository('vault'));
    }
  });

  it('is killed when a line appears', async () => {
    const result = await runHoldfast(['--help'], { killAt: /^Usage:/ });
    // It may be faster than the kill; never anything else.
    expect([undefined, 0]).toContain(result.code);
    const killed = await runHoldfast(['--help'], { killAt: () => true });
    expect(killed.code === 0 || killed.signal === 'SIGKILL').toBe(true);
  });
});

describe('a small disk', () => {
  it('is full when it is full, and is unmounted at the end', async () => {
    let directory: string;
    {
      await using sandbox = await createSandbox('disk');
      directory = mountSmallDisk(sandbox, 'small', 4);
      await sandbox.mustRun('touch', [`${directory}/mine`]);
      await fillDisk(sandbox, directory);
      const result = await sandbox.run('dd', ['if=/dev/zero', `of=${directory}/more`, 'bs=64k', 'count=1']);
      expect(result.code).toBe(1);
      expect(result.stderr).toContain('No space left on device');
    }
    expect(existsSync(directory)).toBe(false);
  });
});
