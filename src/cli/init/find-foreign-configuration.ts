import { readFile } from 'node:fs/promises';
import { judgeGeneratedText } from '../../engine/conf/conf-text.ts';

/** Where pgBackRest looks for its configuration (pgBackRest `src/config/parse.c`; the second is the old place). */
const places = ['/etc/pgbackrest/pgbackrest.conf', '/etc/pgbackrest.conf'] as const;

/**
 * A pgBackRest configuration of this host that protects something and was not written by Holdfast. The one that
 * Debian's package brings protects nothing: it names no data directory.
 */
export async function findForeignConfiguration(
  candidates: readonly string[] = places,
): Promise<string | undefined> {
  for (const path of candidates) {
    const text = await readFile(path, 'utf8').catch(() => undefined);
    if (text === undefined || !/^\s*pg\d*-path\s*=/m.test(text)) continue;
    if (judgeGeneratedText(text) !== 'untouched') return path;
  }
  return undefined;
}
