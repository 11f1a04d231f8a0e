import type { RenderedFile } from './render-conf.ts';
import { unifiedDiff } from './unified-diff.ts';

/** The unified difference between a file's present text and what would be written; values of secrets are left out. */
export function fileDifference(before: string, file: RenderedFile): string {
  const names = { before: file.path, after: `${file.path} (generated)` };
  if (!file.secret) return unifiedDiff(before, file.content, names);
  const masked = unifiedDiff(maskValues(before), maskValues(file.content), names);
  if (masked !== '' || before === file.content) return masked;
  return `--- ${names.before}\n+++ ${names.after}\nonly values of secrets differ, which are not shown\n`;
}

/** Checksums change with the secrets and would tell of them, so they are left out as well. */
function maskValues(text: string): string {
  return text
    .replaceAll(/^([^#[=\n]+)=.*$/gm, '$1=(masked)')
    .replaceAll(/^(# sha256 [^:]*:).*$/gm, '$1 (masked)');
}
