import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { chown, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createFiles, type NewFile } from '../config/create-files.ts';
import { writeFailure } from '../config/write-failure.ts';
import { Failure } from '../model/failure.ts';
import { claimDirectory } from '../store/claim-directory.ts';
import { type PublicReportKey, readReportKey } from './report-key.ts';

/** Who owns what is written; undefined: whoever this process runs as. */
export type FileOwner = NewFile['owner'];

/** A key of this state directory. */
export interface OwnReportKey extends PublicReportKey {
  /** 1 for the first; the highest one signs. */
  readonly number: number;
  /** Path of the public key. */
  readonly file: string;
  /** Epoch milliseconds; undefined when the file does not say any more. */
  readonly madeAt: number | undefined;
  /** When the next key took over; undefined: it signs. */
  readonly retiredAt: number | undefined;
}

/** The key that signs now. */
export interface SigningKey extends OwnReportKey {
  readonly privateKey: KeyObject;
}

export interface KeyFilesDeps {
  readonly stateDirectory: string;
  readonly owner: FileOwner;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

const operation = 'make the key of reports';

/** Where the keys lie: `report-1.key` (0600), `report-1.pub` (PEM) and `report-1.ssh.pub`, then `report-2.…`. */
export function keyDirectory(stateDirectory: string): string {
  return join(stateDirectory, 'report-keys');
}

/**
 * All public keys, the oldest first. Changes nothing.
 *
 * @throws Failure not-permitted, file-unusable
 */
export async function readOwnKeys(stateDirectory: string): Promise<readonly OwnReportKey[]> {
  const directory = keyDirectory(stateDirectory);
  const names = await listNames(directory);
  const numbers = names
    .flatMap((name) => /^report-(\d{1,6})\.pub$/.exec(name)?.[1] ?? [])
    .map(Number)
    .toSorted((left, right) => left - right);
  const keys: Omit<OwnReportKey, 'retiredAt'>[] = [];
  for (const number of numbers) {
    const file = join(directory, `report-${number}.pub`);
    const text = await readText(file);
    const key = readReportKey(text);
    if (key === undefined) throw unusable(file, 'it holds no Ed25519 key');
    keys.push({ ...key, number, file, madeAt: readMadeAt(text) });
  }
  return keys.map((key, index) => ({ ...key, retiredAt: keys[index + 1]?.madeAt }));
}

/**
 * The key that signs; made where there is none yet. What a killed run left half done is finished.
 *
 * @returns made: it was made now
 * @throws Failure not-permitted, disk-full, file-unusable, operation-unfinished
 */
export async function ensureSigningKey(
  deps: KeyFilesDeps,
): Promise<{ readonly key: SigningKey; readonly made: boolean }> {
  if (await isWhole(deps.stateDirectory))
    return { key: await openKey(await newestNumber(deps.stateDirectory), deps), made: false };
  const directory = keyDirectory(deps.stateDirectory);
  await makeDirectory(directory, deps.owner, 0o750);
  using _claim = claimOrRefuse(directory, deps.owner, operation);
  const made = (await newestNumber(deps.stateDirectory)) === 0;
  if (made) await makeKey(1, deps);
  return { key: await openKey(await newestNumber(deps.stateDirectory), deps), made };
}

/**
 * Makes another key, which signs from now on. Old public keys stay; the old private key is removed, so that nobody can
 * sign with it any more.
 *
 * @throws Failure operation-unfinished when another process did the same meanwhile; not-permitted, disk-full
 */
export async function rotateSigningKey(deps: KeyFilesDeps): Promise<SigningKey> {
  const directory = keyDirectory(deps.stateDirectory);
  await makeDirectory(directory, deps.owner, 0o750);
  using _claim = claimOrRefuse(directory, deps.owner, 'replace the key of reports');
  const number = (await newestNumber(deps.stateDirectory)) + 1;
  await makeKey(number, deps);
  return openKey(number, deps);
}

/**
 * Keeps other processes out of a directory until it is disposed.
 *
 * @throws Failure operation-unfinished
 */
export function claimOrRefuse(directory: string, owner: FileOwner, doing: string): Disposable {
  const claim = claimDirectory(directory, owner) ?? claimDirectory(directory, owner);
  if (claim !== undefined) return claim;
  throw new Failure('operation-unfinished', {
    operation: doing,
    place: directory,
    problem: 'another process writes there at this moment',
    hint: 'Run it again in a moment.',
  });
}

/** Nothing was left half done. */
async function isWhole(stateDirectory: string): Promise<boolean> {
  const names = await listNames(keyDirectory(stateDirectory));
  const number = await newestNumber(stateDirectory);
  const wanted = ['key', 'pub', 'ssh.pub'].map((ending) => `report-${number}.${ending}`);
  return (
    wanted.every((name) => names.includes(name)) && names.filter((name) => name.endsWith('.key')).length === 1
  );
}

async function makeKey(number: number, { stateDirectory, owner, now }: KeyFilesDeps): Promise<void> {
  const { privateKey } = generateKeyPairSync('ed25519');
  const content = `${header(number, now())}${privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()}`;
  const path = join(keyDirectory(stateDirectory), `report-${number}.key`);
  await createFiles([{ path, content, mode: 0o600, owner }], { operation });
}

/** Public halves that are missing are written, private halves that are retired are removed. */
async function openKey(number: number, { stateDirectory, owner }: KeyFilesDeps): Promise<SigningKey> {
  const directory = keyDirectory(stateDirectory);
  const place = (ending: string): string => join(directory, `report-${number}.${ending}`);
  const text = await readText(place('key'));
  const shown = readReportKey(text);
  if (shown === undefined) throw unusable(place('key'), 'it holds no Ed25519 key');
  const privateKey = createPrivateKey(text);
  const names = await listNames(directory);
  const head = text.slice(0, text.indexOf('-----BEGIN'));
  const files = [
    { path: place('pub'), content: `${head}${shown.pem}`, mode: 0o644, owner },
    { path: place('ssh.pub'), content: `${shown.ssh}\n`, mode: 0o644, owner },
  ];
  await createFiles(
    files.filter(({ path }) => !names.some((name) => join(directory, name) === path)),
    { operation },
  );
  if (readReportKey(await readText(place('pub')))?.fingerprint !== shown.fingerprint)
    throw unusable(place('pub'), `it is not the public half of report-${number}.key`);
  for (const name of names) {
    const other = /^report-(\d{1,6})\.key$/.exec(name)?.[1];
    if (other !== undefined && Number(other) < number) await rm(join(directory, name), { force: true });
  }
  return { ...shown, number, file: place('pub'), madeAt: readMadeAt(text), retiredAt: undefined, privateKey };
}

/** Of private and public halves: a private half that is lost is no reason to begin again at 1. 0: there is none. */
async function newestNumber(stateDirectory: string): Promise<number> {
  const names = await listNames(keyDirectory(stateDirectory));
  const numbers = names.flatMap((name) => /^report-(\d{1,6})\.(?:key|pub)$/.exec(name)?.[1] ?? []);
  return Math.max(0, ...numbers.map(Number));
}

/**
 * Makes a directory of the state directory, with its owner.
 *
 * @throws Failure not-permitted, disk-full, file-unusable
 */
export async function makeDirectory(path: string, owner: FileOwner, mode: number): Promise<void> {
  try {
    const first = await mkdir(path, { recursive: true, mode });
    if (first === undefined || owner === undefined) return;
    for (let made = path; made.length >= first.length; made = join(made, '..'))
      await chown(made, owner.uid, owner.gid);
  } catch (error) {
    throw writeFailure(error, {
      operation: 'make a directory',
      place: path,
      permissionHint: 'Run it as root or as the user that runs pgBackRest.',
    });
  }
}

function header(number: number, now: number): string {
  return `Holdfast: key ${number} for reports, made ${new Date(now).toISOString()}\n`;
}

function readMadeAt(text: string): number | undefined {
  const time = Date.parse(/^Holdfast: key \d+ for reports, made (\S+)/.exec(text)?.[1] ?? '');
  return Number.isNaN(time) ? undefined : time;
}

async function listNames(directory: string): Promise<readonly string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw unusable(directory, `it cannot be read (${(error as NodeJS.ErrnoException).code ?? ''})`, error);
  }
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw unusable(file, `it cannot be read (${(error as NodeJS.ErrnoException).code ?? ''})`, error);
  }
}

function unusable(place: string, problem: string, cause?: unknown): Failure {
  return new Failure('file-unusable', {
    operation: 'read the keys of reports',
    place,
    problem,
    hint: 'Put the file back from a copy. Where it is lost, `holdfast report key --rotate` makes another key; reports that were signed before are verified with the old public key.',
    cause,
  });
}
