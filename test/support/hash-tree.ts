import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/** Every file below a directory that is no directory itself, with its whole path, in order. */
export function listFiles(directory: string): readonly string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
}

/**
 * What lies below a directory: path → kind, mode, owner and a hash of the content. Equal maps mean that nothing was
 * created, removed, renamed, written or given away; that a file was read does not show.
 */
export function hashTree(directory: string): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  const visit = (path: string): void => {
    const status = lstatSync(path);
    const facts = `${status.mode} ${status.uid} ${status.gid}`;
    if (status.isDirectory()) {
      found[path] = facts;
      for (const name of readdirSync(path)) visit(join(path, name));
    } else if (status.isSymbolicLink()) found[path] = `${facts} ${readlinkSync(path)}`;
    else if (status.isFile())
      found[path] = `${facts} ${createHash('sha256').update(readFileSync(path)).digest('hex')}`;
    else found[path] = facts;
  };
  visit(directory);
  return found;
}
