import { chmod, mkdir, mkdtemp, open, readdir, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFailure } from '../config/write-failure.ts';
import { replaceFile } from '../engine/conf/apply-file-writes.ts';
import { Failure } from '../model/failure.ts';
import {
  hostFiles,
  readCertificateStore,
  trustedBundle,
  type CertificateStore,
} from './certificate-store.ts';
import type { OpensslAccess } from './run-openssl.ts';
import { signCertificate, type SignedPair } from './sign-certificate.ts';

export interface IssueContext {
  readonly directory: string;
  readonly openssl: OpensslAccess;
  /** Epoch milliseconds. */
  readonly now: number;
  /** Who runs this. */
  readonly user: { readonly name: string; readonly uid: number };
}

const dayMs = 86_400_000;
/** Clocks of other hosts may be behind. */
const earlierMs = 3_600_000;
/** A new certificate is to live at least so long: an authority that ends before has to be replaced first. */
const leastLeftMs = 14 * dayMs;
/** What a killed run left is removed after so long. */
const leftoverMs = 3_600_000;

/** Days that an authority is valid. */
export const authorityDays = 3650;
/** Days that a host's certificate is valid where nobody says otherwise. */
export const hostDays = 365;

/**
 * Makes a new authority, which signs from now on. Those that were there stay trusted.
 *
 * @throws Failure as signCertificate, not-permitted, disk-full, file-unusable
 */
export function addAuthority(context: IssueContext): Promise<void> {
  const { now } = context;
  // Two authorities never have the same name: then each certificate has one issuer that it can have.
  const label = new Date(now).toISOString();
  const wish = { name: `Holdfast authority ${label}`, notBefore: now - earlierMs, authority: undefined };
  return inScratch(context, async (scratch) => {
    const pair = await signCertificate(
      { ...wish, notAfter: now + authorityDays * dayMs },
      scratch,
      context.openssl,
    );
    // The milliseconds keep the order of two that were made in one second.
    await place(scratch, join(context.directory, 'authorities', `${now}`), {
      'ca.crt': { content: pair.certificate, mode: 0o644 },
      'ca.key': { content: pair.key, mode: 0o600 },
    });
  });
}

/**
 * Gives a host a new key and certificate by the newest authority, and puts them in force.
 *
 * @param days how long it is valid; never longer than its authority
 * @throws Failure preflight-refused where the authority ends too soon, and as addAuthority
 */
export async function issueCertificate(host: string, days: number, context: IssueContext): Promise<void> {
  const { authorities } = await readCertificateStore(context.directory);
  const authority = authorities.at(-1);
  if (authority === undefined) throw new Error('a certificate was asked for before there is an authority');
  const { now, directory } = context;
  const notAfter = Math.min(now + days * dayMs, authority.facts.notAfter);
  if (authority.facts.notAfter - now < leastLeftMs) {
    throw new Failure('preflight-refused', {
      operation: `make a certificate for ${host}`,
      place: authority.certificateFile,
      problem: `the authority ends on ${new Date(authority.facts.notAfter).toISOString().slice(0, 10)}`,
      hint: 'Make a new one first: `holdfast certificates rotate --authority`.',
    });
  }
  const wish = { name: host, notBefore: Math.max(now - earlierMs, authority.facts.notBefore), notAfter };
  await inScratch(context, async (scratch) => {
    const pair = await signCertificate({ ...wish, authority }, scratch, context.openssl);
    const target = join(directory, 'issued', `${host}-${now}`);
    await place(scratch, target, hostContents(pair, trustedBundle(authorities)));
    await pointTo(directory, host, `../issued/${host}-${now}`);
  });
}

function hostContents(pair: SignedPair, bundle: string): Contents {
  return {
    [hostFiles.certificate]: { content: pair.certificate, mode: 0o644 },
    [hostFiles.key]: { content: pair.key, mode: 0o600 },
    [hostFiles.authorities]: { content: bundle, mode: 0o644 },
  };
}

/** Writes into every host's ca.crt which authorities are trusted now. A rerun finishes what a killed run began. */
export async function refreshBundles(store: CertificateStore, context: IssueContext): Promise<void> {
  const content = trustedBundle(store.authorities);
  const { name: owner, uid } = context.user;
  for (const { directory } of store.hosts) {
    const path = join(directory, hostFiles.authorities);
    await replaceFile({ path, content, mode: 0o644, owner, secret: false }, uid);
  }
}

/** Moves every authority but the newest to `retired`: nobody trusts them any more. @returns their serials */
export async function retireAuthorities(
  store: CertificateStore,
  context: IssueContext,
): Promise<readonly string[]> {
  const old = store.authorities.slice(0, -1);
  for (const authority of old) {
    const target = join(context.directory, 'retired', authority.facts.serial);
    await guarded(target, async () => {
      await mkdir(join(context.directory, 'retired'), { recursive: true, mode: 0o700 });
      await rename(authority.directory, target);
    });
  }
  return old.map(({ facts }) => facts.serial);
}

type Contents = Readonly<Record<string, { readonly content: string; readonly mode: number }>>;

/** Writes a directory beside its place and renames it into it. */
async function place(scratch: string, target: string, contents: Contents): Promise<void> {
  const ready = join(scratch, 'ready');
  await mkdir(ready, { mode: 0o700 });
  for (const [name, { content, mode }] of Object.entries(contents)) {
    const path = join(ready, name);
    await writeFile(path, content, { mode: 0o600, flush: true });
    await chmod(path, mode);
  }
  await syncDirectory(ready);
  await mkdir(join(target, '..'), { recursive: true, mode: 0o700 });
  await rename(ready, target);
  await syncDirectory(join(target, '..'));
}

/** Changes a link, which is there at every moment. */
async function pointTo(directory: string, host: string, target: string): Promise<void> {
  const hosts = join(directory, 'hosts');
  await mkdir(hosts, { recursive: true, mode: 0o700 });
  const temporary = join(hosts, `.${host}.new`);
  await rm(temporary, { force: true });
  await symlink(target, temporary);
  await rename(temporary, join(hosts, host));
  await syncDirectory(hosts);
}

async function inScratch(
  { directory, now }: IssueContext,
  work: (scratch: string) => Promise<void>,
): Promise<void> {
  await guarded(directory, async () => {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await removeLeftovers(directory, now);
    const scratch = await mkdtemp(join(directory, '.new-'));
    try {
      await work(scratch);
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  });
}

/** A scratch directory holds a key that is in force nowhere. Those of another run that is at work are younger. */
async function removeLeftovers(directory: string, now: number): Promise<void> {
  for (const name of await readdir(directory)) {
    const path = join(directory, name);
    if (!name.startsWith('.new-') || now - (await stat(path)).mtimeMs < leftoverMs) continue;
    await rm(path, { recursive: true, force: true });
  }
}

async function guarded(where: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const permissionHint = 'Run it as the owner of the store, or name another one with --directory.';
    throw writeFailure(error, { operation: 'keep certificates', place: where, permissionHint });
  }
}

async function syncDirectory(directory: string): Promise<void> {
  await using handle = await open(directory, 'r');
  await handle.sync();
}
