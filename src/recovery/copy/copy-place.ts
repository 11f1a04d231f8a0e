import { lstat, readFile, realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Configuration } from '../../config/configuration.ts';
import type { CopyRecord } from '../../model/copy.ts';
import { overlaps } from '../../model/is-within.ts';
import { Failure } from '../../model/failure.ts';
import type { RunAs } from '../../process/run-command.ts';
import { writeOwnedFile } from '../../postgres/write-owned-file.ts';
import { exists, listNames, makeOwnedDirectory } from '../apply/durable-files.ts';

const markerName = 'holdfast-copy.json';

/** Where everything of one copy lies. */
export function placeOfCopy(configuration: Pick<Configuration, 'copies'>, id: string): string {
  return join(configuration.copies.directory, id);
}

/**
 * Makes the directory of a copy with the marker that says whose it is. Without that marker nothing is ever removed.
 *
 * @throws Failure file-unusable when something is there already
 */
export async function makeCopyPlace(
  copy: Pick<CopyRecord, 'id' | 'place' | 'purpose' | 'stanza' | 'createdAt'>,
  owner: RunAs,
): Promise<void> {
  if (await exists(copy.place)) throw refused(copy.place, 'something is there already');
  await makeOwnedDirectory(copy.place, 0o700, owner);
  const marker = {
    copy: copy.id,
    stanza: copy.stanza,
    purpose: copy.purpose,
    created: new Date(copy.createdAt).toISOString(),
    meaning:
      'Holdfast restored a copy of a cluster into this directory. It is not production, it archives nothing, and ' +
      'Holdfast removes all of it when the copy is dropped.',
    drop: `holdfast clone drop ${copy.id}`,
  };
  await writeOwnedFile(
    join(copy.place, markerName),
    `${JSON.stringify(marker, undefined, 2)}\n`,
    owner,
    0o600,
  );
}

/**
 * Refuses to remove anything but a directory that Holdfast made for this very copy: below the configured directory,
 * with the copy's name and its marker (or nothing at all in it), no link, and apart from every data directory that holdfast.yaml names.
 *
 * @returns whether something is there to remove
 * @throws Failure not-permitted
 */
export async function isOwnCopyPlace(
  configuration: Configuration,
  copy: Pick<CopyRecord, 'id' | 'place'>,
): Promise<boolean> {
  if (!(await exists(copy.place))) return false;
  if (basename(copy.place) !== copy.id) throw refused(copy.place, `its name is not the copy's: ${copy.id}`);
  if (!(await lstat(copy.place)).isDirectory()) throw refused(copy.place, 'it is not a directory');
  const real = await realpath(copy.place);
  const root = await realpath(dirname(copy.place));
  if (dirname(real) !== root) throw refused(copy.place, `it leads to ${real}`);
  for (const { name, nodes } of configuration.stanzas) {
    for (const { path } of nodes) {
      const production = (await exists(path)) ? await realpath(path) : path;
      if (overlaps(production, real))
        throw refused(copy.place, `the data directory of stanza ${name} is ${production}`);
    }
  }
  if ((await readMarker(real)) !== copy.id && !(await isBarelyMade(real))) {
    throw refused(copy.place, `it has no ${markerName} that names copy ${copy.id}`);
  }
  return true;
}

/** Killed between the directory and its marker, whether that was being made or removed: nothing is in it to lose. */
async function isBarelyMade(place: string): Promise<boolean> {
  return (await listNames(place)).every((name) => name === `${markerName}.holdfast-new`);
}

/** What lies in a copy's directory, the marker last: while anything is there, it says whose. */
export async function listCopyPlace(place: string): Promise<string[]> {
  const names = await listNames(place);
  return [...names.filter((name) => name !== markerName), ...names.filter((name) => name === markerName)];
}

async function readMarker(place: string): Promise<unknown> {
  try {
    const marker: unknown = JSON.parse(await readFile(join(place, markerName), 'utf8'));
    return typeof marker === 'object' && marker !== null && 'copy' in marker ? marker.copy : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function refused(place: string, problem: string): Failure {
  return new Failure('not-permitted', {
    operation: 'remove or make a copy',
    place,
    problem,
    hint: 'Look at what is there. Holdfast removes only directories that it made for a copy.',
  });
}
