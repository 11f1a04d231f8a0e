import { isAbsolute, relative } from 'node:path';

/** Whether a path is a directory or lies in it. Both absolute, with links resolved where that matters. */
export function isWithin(path: string, directory: string): boolean {
  const way = relative(directory, path);
  return way === '' || (way !== '..' && !way.startsWith('../') && !isAbsolute(way));
}

/** Whether one of them holds the other, or they are the same. */
export function overlaps(left: string, right: string): boolean {
  return isWithin(left, right) || isWithin(right, left);
}
