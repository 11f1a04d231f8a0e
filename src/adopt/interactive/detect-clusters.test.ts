import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { detectClusters } from './detect-clusters.ts';

it('finds data directories in the usual places, and not what a restore has set aside', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'hf-detect-'));
  try {
    for (const name of [
      'main',
      'main.holdfast-restore-20261121T020129Z-f109',
      'main.holdfast-undone-restore-1',
      'empty',
    ]) {
      mkdirSync(join(directory, '17', name), { recursive: true });
      if (name !== 'empty') writeFileSync(join(directory, '17', name, 'PG_VERSION'), '17\n');
    }
    const found = await detectClusters([`${directory}/*/*`]);
    const here = found.filter(({ path }) => path.startsWith(directory));
    expect(here).toMatchObject([{ path: join(directory, '17/main'), major: 17, running: false }]);
  } finally {
    rmSync(directory, { recursive: true });
  }
});
