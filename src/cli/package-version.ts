import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * The version in Holdfast's own package.json. The code lies at different depths (src/, dist/, .cache/build/NAME/), so
 * it is looked for upwards.
 *
 * @param directory where to begin
 * @throws Error when there is none: the installation is broken
 */
export function readPackageVersion(directory: string): string {
  for (let place = directory; ; place = dirname(place)) {
    const file = join(place, 'package.json');
    if (existsSync(file)) {
      const content = JSON.parse(readFileSync(file, 'utf8')) as { name?: unknown; version?: unknown };
      if (content.name === 'holdfast') return String(content.version);
    }
    if (place === dirname(place)) throw new Error(`no package.json of holdfast above ${directory}`);
  }
}
