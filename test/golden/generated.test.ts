import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { allGenerators } from '../../scripts/generate/all-generators.ts';
import type { GeneratedFile } from '../../scripts/generate/generated-file.ts';
import { findStaleFiles, writeGeneratedFiles } from '../../scripts/generate/stale-files.ts';

const root = join(import.meta.dirname, '../..');

async function generateAll(): Promise<readonly GeneratedFile[]> {
  return (await Promise.all(allGenerators.map((generate) => generate()))).flat();
}

describe('generated files', () => {
  it('are what the code makes now (else run `npm run generate`)', async () => {
    expect(await findStaleFiles(root, await generateAll())).toEqual([]);
  });

  it('are found stale when one is changed by a character or missing, so the test above can fail', async () => {
    const files = await generateAll();
    const copy = await mkdtemp(join(tmpdir(), 'holdfast-generated-'));
    try {
      await writeGeneratedFiles(copy, files);
      expect(await findStaleFiles(copy, files)).toEqual([]);
      const [changed, missing] = files.map((file) => file.path);
      if (changed === undefined || missing === undefined)
        throw new Error('there are fewer than two generated files');
      await writeFile(join(copy, changed), `${files[0]?.content ?? ''} `);
      await rm(join(copy, missing));
      expect(await findStaleFiles(copy, files)).toEqual([changed, missing]);
      await writeGeneratedFiles(copy, files);
      expect(await findStaleFiles(copy, files)).toEqual([]);
    } finally {
      await rm(copy, { recursive: true });
    }
  });
});
