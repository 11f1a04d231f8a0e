import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';

/**
 * Makes sets of an unencrypted repository on disk older than they are, for a retention in days: only the times that
 * backup.info has are changed, in the file and in its copy, with the checksum that pgBackRest expects
 * (`src/info/info.c`: SHA-1 over all sections and keys as JSON, in order, without the checksum itself).
 *
 * @param directory of the repository
 * @param days by how many each label is moved into the past
 */
export function backdateSets(
  directory: string,
  stanza: string,
  days: Readonly<Record<string, number>>,
): void {
  const file = `${directory}/backup/${stanza}/backup.info`;
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .map((line) => backdateLine(line, days))
    .filter((line) => !line.startsWith('backrest-checksum='));
  const text = lines.join('\n').trimEnd();
  const content = `${text}\nbackrest-checksum="${checksumOf(lines)}"\n`;
  for (const name of [file, `${file}.copy`]) writeFileSync(name, content);
}

function backdateLine(line: string, days: Readonly<Record<string, number>>): string {
  const separator = line.indexOf('=');
  const past = days[line.slice(0, separator)];
  if (past === undefined) return line;
  const older = line
    .slice(separator + 1)
    .replaceAll(
      /("backup-timestamp-(?:start|stop)":)(\d+)/g,
      (_all, key: string, time: string) => `${key}${Number(time) - past * 86_400}`,
    );
  return `${line.slice(0, separator)}=${older}`;
}

function checksumOf(lines: readonly string[]): string {
  const sections: { name: string; pairs: string[] }[] = [];
  for (const line of lines) {
    if (line === '') continue;
    const header = /^\[(.*)\]$/.exec(line);
    if (header !== null) {
      sections.push({ name: header[1] as string, pairs: [] });
      continue;
    }
    const separator = line.indexOf('=');
    sections.at(-1)?.pairs.push(`${JSON.stringify(line.slice(0, separator))}:${line.slice(separator + 1)}`);
  }
  // The checksum stands in a second [backrest] section of its own, which does not count.
  const counted = sections.filter((section) => section.pairs.length > 0);
  const text = counted.map(({ name, pairs }) => `"${name}":{${pairs.join(',')}}`).join(',');
  return createHash('sha1').update(`{${text}}`).digest('hex');
}
