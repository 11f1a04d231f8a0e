import { createHash } from 'node:crypto';
import { Failure } from '../model/failure.ts';
import { kitFormat } from '../model/kit-format.ts';
import { openingInstructions } from './describe-kit.ts';
import type { KitManifest } from './kit-manifest.ts';
import { seal, unseal, type Seal } from './seal.ts';
import { readTar, writeTar, type TarEntry } from './tar.ts';

/** A kit that was opened. */
export interface OpenedKit {
  readonly manifest: KitManifest;
  /** Names without the folder. */
  readonly files: ReadonlyMap<string, Buffer>;
}

/**
 * The bytes of a kit.
 *
 * @param name of the file, for the instructions
 * @param salt eight random bytes
 */
export function packKit(
  files: readonly TarEntry[],
  manifest: KitManifest,
  { passphrase, salt, name }: { readonly passphrase: string; readonly salt: Buffer; readonly name: string },
): { readonly bytes: Buffer; readonly instructions: string } {
  const at = Math.floor(Date.parse(manifest.createdAt) / 1000);
  const sealed = seal(writeTar(files, at), passphrase, salt);
  const instructions = openingInstructions(manifest, name);
  const outer = (file: string, content: Buffer): TarEntry => ({
    name: `${kitFormat.outer}/${file}`,
    content,
  });
  const bytes = writeTar(
    [
      outer('OPEN-ME.txt', Buffer.from(instructions)),
      outer('kit.json', Buffer.from(`${JSON.stringify(sealed.seal, null, 2)}\n`)),
      outer(kitFormat.sealed, sealed.bytes),
    ],
    at,
  );
  return { bytes, instructions };
}

/**
 * Opens a kit and checks everything in it.
 *
 * @throws Failure file-unusable when it is damaged, changed or no kit; passphrase-wrong
 */
export function unpackKit(bytes: Buffer, passphrase: string, place: string): OpenedKit {
  const outer = new Map(readTar(bytes, place).map(({ name, content }) => [name, content]));
  const sealed = outer.get(`${kitFormat.outer}/${kitFormat.sealed}`);
  const found = readSeal(outer.get(`${kitFormat.outer}/kit.json`));
  if (sealed === undefined || found === undefined) throw noKit(place, 'it is not one of Holdfast');
  const prefix = `${kitFormat.inner}/`;
  const files = new Map(
    readTar(unseal(sealed, found, passphrase, place), place).map(({ name, content }) => [
      name.startsWith(prefix) ? name.slice(prefix.length) : name,
      content,
    ]),
  );
  checkSums(files, place);
  const manifest = files.get('manifest.json');
  if (manifest === undefined) throw noKit(place, 'manifest.json is not in it');
  return { manifest: JSON.parse(manifest.toString('utf8')) as KitManifest, files };
}

/** It stands unencrypted, so anybody may have written it. */
function readSeal(content: Buffer | undefined): Seal | undefined {
  if (content === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(content.toString('utf8'));
  } catch {
    return undefined;
  }
  const { kitVersion, iterations, sha256, verifier, hmac } = value as Record<string, unknown>;
  const texts = [sha256, verifier, hmac].every((text) => typeof text === 'string');
  // Another number of rounds would be another format, or somebody who wants to keep this host busy for ever.
  return kitVersion === kitFormat.version && iterations === kitFormat.iterations && texts
    ? (value as Seal)
    : undefined;
}

function checkSums(files: ReadonlyMap<string, Buffer>, place: string): void {
  const lines = (files.get('SHA256SUMS')?.toString('utf8') ?? '').split('\n').filter((line) => line !== '');
  const sums = new Map(lines.map((line) => [line.slice(66), line.slice(0, 64)]));
  for (const [name, content] of files) {
    if (name === 'SHA256SUMS') continue;
    if (createHash('sha256').update(content).digest('hex') !== sums.get(name))
      throw noKit(place, `${name} has another checksum than SHA256SUMS says`);
    sums.delete(name);
  }
  if (sums.size > 0 || lines.length === 0)
    throw noKit(place, `something is missing: ${[...sums.keys()].join(', ')}`);
}

function noKit(place: string, problem: string): Failure {
  return new Failure('file-unusable', {
    operation: 'open the break-glass kit',
    place,
    problem,
    hint: 'Take another copy of it, or make a new kit with `holdfast kit create`.',
  });
}
