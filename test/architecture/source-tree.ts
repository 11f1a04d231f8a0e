import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { scanSource, type ScannedSource } from './scan-source.ts';

export interface SourceFile extends ScannedSource {
  /** From the root of the tree, with `/`: `engine/backup.ts`. */
  readonly path: string;
}

/** Every TypeScript file below a directory, in order of its path. @throws Error when there is none: then nothing is checked */
export function readSourceTree(directory: string): readonly SourceFile[] {
  const files = readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter(
      (entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.parentPath.includes('node_modules'),
    )
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted()
    .map((file) => sourceFile(relative(directory, file), readFileSync(file, 'utf8')));
  if (files.length === 0) throw new Error(`no TypeScript below ${directory}`);
  return files;
}

export function sourceFile(path: string, text: string): SourceFile {
  return { path, ...scanSource(text) };
}

export function isTest(file: SourceFile): boolean {
  return file.path.endsWith('.test.ts');
}
