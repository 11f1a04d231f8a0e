import { join } from 'node:path';
import { allGenerators } from './generate/all-generators.ts';
import type { GeneratedFile } from './generate/generated-file.ts';
import { findStaleFiles, writeGeneratedFiles } from './generate/stale-files.ts';

/** `node scripts/generate.ts` writes every generated file; `--check` only says which are stale, with exit code 1. */
const root = join(import.meta.dirname, '..');
const files: GeneratedFile[] = [];
for (const generate of allGenerators) files.push(...(await generate()));
const stale = await findStaleFiles(root, files);

if (process.argv.includes('--check')) {
  for (const path of stale) console.error(`${path} is stale: run \`npm run generate\``);
  process.exitCode = stale.length > 0 ? 1 : 0;
} else {
  await writeGeneratedFiles(
    root,
    files.filter((file) => stale.includes(file.path)),
  );
  console.log(stale.length > 0 ? `written: ${stale.join(', ')}` : 'everything is up to date');
}
