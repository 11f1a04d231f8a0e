import { createHash } from 'node:crypto';

/** What one copy of `backup.info` or `archive.info` is, and what it says. */
export type InfoFile =
  | {
      readonly state: 'whole';
      /** SHA-256 of all of its bytes. */
      readonly digest: string;
      /** Labels of the sets that it lists; none in `archive.info`. */
      readonly sets: readonly string[];
      /** The history id of the newest database that it knows. */
      readonly databaseId: number | undefined;
    }
  | {
      readonly state: 'damaged';
      /** Lower case, no full stop. */
      readonly problem: string;
    };

/**
 * Reads an info file of a repository (decrypted) as the engine does, and proves it by the checksum that it carries: the
 * SHA-1 of its sections and keys (pgBackRest `src/info/info.c`, infoNewLoad; `src/common/ini.c`).
 */
export function readInfoFile(bytes: Buffer): InfoFile {
  const lines = readLines(bytes.toString('latin1'));
  if (typeof lines === 'string') return { state: 'damaged', problem: lines };
  const values = new Map(lines.map(({ section, key, value }) => [`${section}\n${key}`, value]));
  const told = values.get('backrest\nbackrest-checksum');
  if (told === undefined) return { state: 'damaged', problem: 'it has no checksum' };
  const sum = JSON.stringify(checksumOf(lines));
  if (told !== sum) return { state: 'damaged', problem: `its checksum is ${sum}, and it says ${told}` };
  const databaseId = Number(values.get('db\ndb-id'));
  return {
    state: 'whole',
    digest: createHash('sha256').update(bytes).digest('hex'),
    sets: lines.filter(({ section }) => section === 'backup:current').map(({ key }) => detach(key)),
    databaseId: Number.isInteger(databaseId) ? databaseId : undefined,
  };
}

/** A part of a text keeps all of the text in memory: what is kept for an hour is a text of its own. */
function detach(part: string): string {
  return Buffer.from(part, 'latin1').toString('latin1');
}

interface InfoLine {
  readonly section: string;
  readonly key: string;
  /** JSON, as it stands there. */
  readonly value: string;
}

/** @returns text: what is wrong */
function readLines(text: string): InfoLine[] | string {
  if (text === '') return 'it is empty';
  const lines: InfoLine[] = [];
  let section: string | undefined;
  for (const [index, line] of text.split('\n').entries()) {
    if (line === '') continue;
    if (line.startsWith('[') && line.endsWith(']')) {
      section = line.slice(1, -1);
      continue;
    }
    const pair = splitPair(line);
    if (section === undefined || pair === undefined) return `line ${index + 1} is no key with a value`;
    lines.push({ section, ...pair });
  }
  return lines;
}

/** A key may have `=` in it: what follows the right one is a whole JSON document. */
function splitPair(line: string): Pick<InfoLine, 'key' | 'value'> | undefined {
  for (let at = line.indexOf('='); at > 0; at = line.indexOf('=', at + 1)) {
    const value = line.slice(at + 1);
    if (isJson(value)) return { key: line.slice(0, at), value };
  }
  return undefined;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Over `{"section":{"key":value,…},…}`, where the checksum itself is left out. */
function checksumOf(lines: readonly InfoLine[]): string {
  const sections = new Map<string, string[]>();
  for (const { section, key, value } of lines) {
    if (key === 'backrest-checksum') continue;
    const pairs = sections.get(section) ?? [];
    pairs.push(`${quote(key)}:${value}`);
    sections.set(section, pairs);
  }
  const text = [...sections].map(([section, pairs]) => `"${section}":{${pairs.join(',')}}`).join(',');
  return createHash('sha1').update(`{${text}}`, 'latin1').digest('hex');
}

const escapes: Readonly<Record<string, string>> = {
  '"': String.raw`\"`,
  '\\': String.raw`\\`,
  '\n': String.raw`\n`,
  '\r': String.raw`\r`,
  '\t': String.raw`\t`,
  '\b': String.raw`\b`,
  '\f': String.raw`\f`,
};

/** Other control characters stay as they are: pgBackRest `src/common/type/json.c`, jsonWriteStr. */
function quote(key: string): string {
  return `"${key.replaceAll(/["\\\n\r\t\b\f]/g, (letter) => escapes[letter] ?? letter)}"`;
}
