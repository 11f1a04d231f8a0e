import { posix } from 'node:path';
import { borders, entryFiles, reservedModules } from './borders.ts';
import type { SourceFile } from './source-tree.ts';

/** Imports that the table does not allow, imports that leave src/, and folders that the table does not know. */
export function checkBorders(files: readonly SourceFile[]): readonly string[] {
  return files.flatMap((file) => {
    const folder = folderOf(file.path);
    if (folder === undefined && !entryFiles.includes(file.path))
      return [`${file.path}: lies directly in src/`];
    if (folder !== undefined && borders[folder] === undefined)
      return [`${file.path}: src/${folder}/ is not in the table`];
    return file.imports.flatMap(({ specifier, line }) => {
      const problem = specifier.startsWith('.')
        ? checkOwn(file.path, folder, specifier)
        : checkModule(file, folder, specifier);
      return problem === undefined ? [] : [`${file.path}:${line}: ${problem}`];
    });
  });
}

function checkOwn(path: string, folder: string | undefined, specifier: string): string | undefined {
  const target = posix.join(posix.dirname(path), specifier);
  if (target.startsWith('..')) {
    const testBed = path.endsWith('.test.ts') && target.startsWith('../test/support/');
    return testBed ? undefined : `${specifier} leaves src/`;
  }
  const other = folderOf(target);
  if (folder === undefined || other === folder) return undefined;
  if (other === undefined) return `${folder}/ may not import ${target}`;
  return borders[folder]?.includes(other) === true ? undefined : `${folder}/ may not import ${other}/`;
}

function checkModule(file: SourceFile, folder: string | undefined, specifier: string): string | undefined {
  const allowed = reservedModules[specifier];
  // A test may set up what it tests by any means.
  if (allowed === undefined || folder === undefined || file.path.endsWith('.test.ts')) return undefined;
  return allowed.includes(folder) || allowed.includes(file.path)
    ? undefined
    : `${folder}/ may not import ${specifier}`;
}

function folderOf(path: string): string | undefined {
  const [first, rest] = path.split('/', 2);
  return rest === undefined ? undefined : first;
}
