import { createHash } from 'node:crypto';
import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Sandbox } from '../../test/support/sandbox.ts';

/** Repository of a stanza that is there: what pgBackRest wrote for it, to be written again for others. */
export interface StanzaOriginal {
  /** `…/backup/STANZA/backup.info`. */
  readonly backupInfo: string;
  /** `…/archive/STANZA`. */
  readonly archiveDirectory: string;
}

type Entry = Readonly<Record<string, unknown>>;

/**
 * Writes the repository of another stanza that pgBackRest cannot tell from one of its own: the archive of the original
 * (copied: one segment or two), and a backup.info with as many sets as asked for, each an original one with another label, time
 * and chain, with the checksum that pgBackRest wants (common/ini.c and info/info.c: SHA-1 of all sections as JSON).
 *
 * @param sets alternating chains of one full and nine incrementals, a day apart; the newest is of the original's time
 */
export function cloneStanza(
  sandbox: Sandbox,
  { backupInfo, archiveDirectory }: StanzaOriginal,
  { repository, stanza, sets }: { repository: string; stanza: string; sets: number },
): void {
  const text = writeSets(readFileSync(backupInfo, 'utf8'), sets);
  for (const name of ['backup.info', 'backup.info.copy'])
    sandbox.write(join(repository, 'backup', stanza, name), text, 0o640);
  const target = join(repository, 'archive', stanza);
  sandbox.directory(target, 0o750);
  for (const name of readdirSync(archiveDirectory))
    cpSync(join(archiveDirectory, name), join(target, name), { recursive: true, preserveTimestamps: true });
}

function writeSets(original: string, sets: number): string {
  const sections = readSections(original);
  const current = sections.get('backup:current');
  if (current === undefined) throw new Error('the original has no backup sets');
  const entries = [...current.values()].map((value) => JSON.parse(value) as Entry);
  const find = (type: string): Entry => {
    const found = entries.findLast((entry) => entry['backup-type'] === type);
    if (found === undefined) throw new Error(`the original has no ${type} backup`);
    return found;
  };
  sections.set('backup:current', makeChains(find('full'), find('incr'), sets));
  return writeSections(sections);
}

function makeChains(full: Entry, incr: Entry, sets: number): Map<string, string> {
  const made = new Map<string, string>();
  const newest = Number(incr['backup-timestamp-stop']);
  let chain: string[] = [];
  for (let index = 0; index < sets; index += 1) {
    const stop = newest - (sets - 1 - index) * 86_400;
    const isFull = index % 10 === 0;
    const template = isFull ? full : incr;
    const seconds = Number(template['backup-timestamp-stop']) - Number(template['backup-timestamp-start']);
    const time = { 'backup-timestamp-start': stop - seconds, 'backup-timestamp-stop': stop };
    const own = labelTime(stop - seconds);
    const [first] = chain;
    const label = isFull || first === undefined ? `${own}F` : `${first}_${own}I`;
    const links = isFull
      ? {}
      : { 'backup-prior': chain.at(-1), 'backup-reference': chain.slice(-3).toSorted() };
    made.set(label, sortedJson({ ...template, ...time, ...links }));
    chain = isFull ? [label] : [...chain, label];
  }
  return made;
}

/** `20261120-214900`. */
function labelTime(epochSeconds: number): string {
  return new Date(epochSeconds * 1000).toISOString().replaceAll(/[-:]/g, '').replace('T', '-').slice(0, 15);
}

/** pgBackRest loses keys that are not in the order of their bytes. */
function sortedJson(entry: Entry): string {
  return JSON.stringify(Object.fromEntries(Object.entries(entry).toSorted(([a], [b]) => (a < b ? -1 : 1))));
}

/** Sections in their order, and the text of each value; the checksum is left out. */
function readSections(text: string): Map<string, Map<string, string>> {
  const sections = new Map<string, Map<string, string>>();
  let current = new Map<string, string>();
  for (const line of text.split('\n')) {
    const section = /^\[(.*)\]$/.exec(line)?.[1];
    if (section !== undefined) {
      current = sections.get(section) ?? new Map<string, string>();
      sections.set(section, current);
      continue;
    }
    const split = line.indexOf('=');
    if (split > 0 && !line.startsWith('backrest-checksum='))
      current.set(line.slice(0, split), line.slice(split + 1));
  }
  return sections;
}

function writeSections(sections: ReadonlyMap<string, ReadonlyMap<string, string>>): string {
  const sum = [...sections].map(
    ([name, values]) => `"${name}":{${[...values].map(([key, value]) => `"${key}":${value}`).join(',')}}`,
  );
  const checksum = createHash('sha1')
    .update(`{${sum.join(',')}}`)
    .digest('hex');
  const shown = [...sections].map(
    ([name, values]) => `[${name}]\n${[...values].map(([key, value]) => `${key}=${value}\n`).join('')}`,
  );
  return `${shown.join('\n')}\n[backrest]\nbackrest-checksum="${checksum}"\n`;
}
