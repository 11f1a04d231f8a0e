import { isSecure } from './conf-option.ts';
import type { RenderedFile } from './render-conf.ts';
import { unifiedDiff } from './unified-diff.ts';

/** The unified difference between a file's present text and what would be written; values of secrets are left out. */
export function fileDifference(before: string, file: RenderedFile): string {
  const names = { before: file.path, after: `${file.path} (generated)` };
  // What was written by hand may hold secrets in any file.
  if (!file.secret) return unifiedDiff(maskSecrets(before), file.content, names);
  const masked = unifiedDiff(maskValues(before), maskValues(file.content), names);
  if (masked !== '' || before === file.content) return masked;
  return `--- ${names.before}\n+++ ${names.after}\nonly values of secrets differ, which are not shown\n`;
}

/** Hides the values of options that hold a secret, by whatever name they go. */
function maskSecrets(text: string): string {
  return text.replaceAll(/^([ \t]*([^#[=\s]+)[ \t]*=).*$/gm, (line, start: string, name: string) =>
    isSecure(name) ? `${start}(masked)` : line,
  );
}

/** Checksums change with the secrets and would tell of them, so they are left out as well. */
function maskValues(text: string): string {
  return text
    .replaceAll(/^([^#[=\n]+)=.*$/gm, '$1=(masked)')
    .replaceAll(/^(# sha256 [^:]*:).*$/gm, '$1 (masked)');
}
