import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { CollectedInputs, LintInput } from './lint-input.ts';
import { readInput } from './read-input.ts';

/** A place on a host where something about backups may stand. */
interface HostPlace {
  readonly directory: string;
  /** Of file names; every one of them is looked at. */
  readonly names: RegExp;
  /** Files that do not have it are somebody else's: a crontab without it, a unit of another program. */
  readonly mentions: RegExp | undefined;
  /** Not looked at when this file is there. */
  readonly unless?: string;
}

const backups = /pgbackrest|pg-backup|holdfast/i;

/** Where distributions, pgBackRest, systemd, cron and Patroni keep their files. */
const hostPlaces: readonly HostPlace[] = [
  { directory: '/etc/pgbackrest', names: /^pgbackrest\.conf$/, mentions: undefined },
  // Read by the engine only where the one above is not there.
  {
    directory: '/etc',
    names: /^pgbackrest\.conf$/,
    mentions: undefined,
    unless: '/etc/pgbackrest/pgbackrest.conf',
  },
  { directory: '/etc/pgbackrest/conf.d', names: /\.conf$/, mentions: undefined },
  { directory: '/etc', names: /^crontab$/, mentions: backups },
  { directory: '/etc/cron.d', names: /^[\w-]+$/, mentions: backups },
  { directory: '/var/spool/cron/crontabs', names: /^[\w-]+$/, mentions: backups },
  { directory: '/var/spool/cron', names: /^[\w-]+$/, mentions: backups },
  { directory: '/etc/systemd/system', names: /\.(?:timer|service)$/, mentions: backups },
  { directory: '/lib/systemd/system', names: /\.(?:timer|service)$/, mentions: backups },
  { directory: '/etc', names: /^patroni\.ya?ml$/, mentions: undefined },
  { directory: '/etc/patroni', names: /\.ya?ml$/, mentions: undefined },
];

/**
 * Reads what stands on this host: the configuration of pgBackRest, crontabs, timers, patroni.yml, and the settings of
 * PostgreSQL in the directories that are given. What cannot be read becomes a note.
 *
 * @param serverFiles absolute paths of postgresql.conf and postgresql.auto.conf
 * @param root stands before every path of `hostPlaces`; `/` on a real host
 */
export async function collectHost(serverFiles: readonly string[], root = '/'): Promise<CollectedInputs> {
  const inputs = new Map<string, LintInput>();
  const notes: string[] = [];
  const seen = new Set<string>();
  const otherTimers: LintInput[] = [];
  for (const place of hostPlaces) {
    if (place.unless !== undefined && inputs.has(join(root, place.unless))) continue;
    const directory = join(root, place.directory);
    const names = await listDirectory(directory, notes);
    for (const name of names.filter((candidate) => place.names.test(candidate))) {
      const path = join(directory, name);
      if (seen.has(path)) continue;
      seen.add(path);
      const outcome = await readInput(path, path, () => false);
      if ('reason' in outcome) {
        if (outcome.reason !== 'no regular file') notes.push(`${path}: ${outcome.reason}`);
      } else if (place.mentions?.test(outcome.input.text) !== false) {
        inputs.set(path, outcome.input);
      } else if (name.endsWith('.timer')) {
        otherTimers.push(outcome.input);
      }
    }
  }
  for (const timer of otherTimers) if (startsOneOf(timer, [...inputs.keys()])) inputs.set(timer.file, timer);
  for (const path of serverFiles) {
    const outcome = await readInput(path, path, () => false);
    if ('input' in outcome) inputs.set(path, outcome.input);
    else if (outcome.code !== 'ENOENT') notes.push(`${path}: ${outcome.reason}`);
  }
  return { inputs: [...inputs.values()], notes };
}

/**
 * True for a timer whose service is among the files: it need not name the program itself. The service has its name
 * unless `Unit=` says another (systemd.timer(5)); an instance belongs to its template (systemd.unit(5)).
 */
function startsOneOf({ file, text }: LintInput, files: readonly string[]): boolean {
  const named = [...text.matchAll(/^[ \t]*Unit[ \t]*=[ \t]*(\S+)[ \t]*$/gm)].at(-1)?.[1];
  const service = named ?? `${basename(file, '.timer')}.service`;
  const template = service.replace(/@[^@]*\.service$/, '@.service');
  return files.some((other) => [service, template].includes(basename(other)));
}

/**
 * The configuration files of Debian's clusters, and those beside the data directories that are given.
 *
 * @param dataDirectories absolute paths
 */
export async function findServerFiles(
  dataDirectories: readonly string[],
  root = '/',
): Promise<readonly string[]> {
  const found: string[] = [];
  const versions = join(root, '/etc/postgresql');
  for (const version of await listDirectory(versions, [])) {
    for (const cluster of await listDirectory(join(versions, version), [])) {
      found.push(join(versions, version, cluster, 'postgresql.conf'));
      found.push(join(root, '/var/lib/postgresql', version, cluster, 'postgresql.auto.conf'));
    }
  }
  for (const directory of dataDirectories) {
    found.push(join(directory, 'postgresql.conf'), join(directory, 'postgresql.auto.conf'));
  }
  return [...new Set(found)];
}

async function listDirectory(directory: string, notes: string[]): Promise<string[]> {
  try {
    return (await readdir(directory)).toSorted();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    if (code === 'EACCES' || code === 'EPERM') notes.push(`${directory}: not readable (${code})`);
    // A file where a directory is looked for, or nothing at all: there is nothing of the kind on this host.
    return [];
  }
}

/** The places that are looked at, for people. */
export function describeHostPlaces(): string {
  return [...new Set(hostPlaces.map(({ directory }) => directory))].toSorted().join(', ');
}

/** Data directories that engine files name, so that their settings are judged too. */
export function dataDirectoriesIn(texts: readonly string[]): readonly string[] {
  const found = texts.flatMap((text) => [...text.matchAll(/^\s*pg\d+-path\s*=\s*(\/\S+)\s*$/gm)]);
  return [...new Set(found.map((match) => match[1] ?? ''))].filter((path) => dirname(path) !== '/');
}
