import { generateKeyPairSync } from 'node:crypto';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { type OpensslAccess, runOpenssl } from './run-openssl.ts';

/** What is to be certified. Times are epoch milliseconds. */
export interface CertificateWish {
  /** Common name, and for a host the name under which others reach it. */
  readonly name: string;
  readonly notBefore: number;
  readonly notAfter: number;
  /** Undefined: an authority that signs itself. */
  readonly authority: { readonly certificateFile: string; readonly keyFile: string } | undefined;
}

/** A new key and its certificate, PEM. */
export interface SignedPair {
  readonly key: string;
  readonly certificate: string;
}

/**
 * Makes a key (P-256) and has openssl certify it. The key is made here, so that it is never an argument or on a pipe,
 * and lies for openssl in a file of mode 0600 in the scratch directory, which the caller removes.
 *
 * `openssl ca` is used because it takes both dates, which `openssl x509` does only since 3.4.
 *
 * @param scratch an empty directory of mode 0700
 * @throws Failure as runOpenssl
 */
export async function signCertificate(
  wish: CertificateWish,
  scratch: string,
  access: OpensslAccess,
): Promise<SignedPair> {
  const { privateKey } = generateKeyPairSync('ec', {
    namedCurve: 'prime256v1',
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  const at = (leaf: string): string => join(scratch, leaf);
  await writeFile(at('openssl.cnf'), opensslSettings(wish));
  await writeFile(at('index.txt'), '');
  await writeFile(at('new.key'), privateKey, { mode: 0o600 });
  await chmod(at('new.key'), 0o600);
  const subject = ['-subj', `/CN=${wish.name}`, '-batch'];
  await runOpenssl(['req', '-new', '-key', 'new.key', '-out', 'new.csr', ...subject], scratch, access);
  const signer =
    wish.authority === undefined
      ? ['-selfsign', '-keyfile', 'new.key']
      : ['-cert', wish.authority.certificateFile, '-keyfile', wish.authority.keyFile];
  const dates = ['-startdate', opensslTime(wish.notBefore), '-enddate', opensslTime(wish.notAfter)];
  const words = ['-in', 'new.csr', '-out', 'new.crt', '-notext', '-batch'];
  await runOpenssl(['ca', ...words, ...signer, ...dates], scratch, access);
  return { key: privateKey, certificate: await readFile(at('new.crt'), 'utf8') };
}

/** openssl-ca(1) and x509v3_config(5). Names were checked by the caller: nothing in them means anything here. */
function opensslSettings({ name, authority }: CertificateWish): string {
  const extensions =
    authority === undefined
      ? ['basicConstraints=critical,CA:TRUE,pathlen:0', 'keyUsage=critical,keyCertSign,cRLSign']
      : [
          'basicConstraints=critical,CA:FALSE',
          'keyUsage=critical,digitalSignature',
          // Each host is a server to the others and a client of them.
          'extendedKeyUsage=serverAuth,clientAuth',
          `subjectAltName=${alternativeNames(name)}`,
          'authorityKeyIdentifier=keyid',
        ];
  return [
    '[req]',
    'distinguished_name=name',
    'prompt=no',
    '[name]',
    'commonName=holdfast',
    '[ca]',
    'default_ca=signing',
    '[signing]',
    'dir=.',
    'database=index.txt',
    'new_certs_dir=.',
    'rand_serial=yes',
    'default_md=sha256',
    'policy=policy',
    'unique_subject=no',
    'copy_extensions=none',
    'x509_extensions=extensions',
    '[policy]',
    'commonName=supplied',
    '[extensions]',
    'subjectKeyIdentifier=hash',
    ...extensions,
    '',
  ].join('\n');
}

/** pgBackRest compares the host with DNS names only, addresses too (src/common/io/tls/client.c). */
function alternativeNames(name: string): string {
  return isIP(name) === 0 ? `DNS:${name}` : `DNS:${name},IP:${name}`;
}

/** `20261120103000Z`: GeneralizedTime, which openssl takes for every year. */
function opensslTime(time: number): string {
  return `${new Date(time).toISOString().replaceAll(/[-:T]|\.\d+Z/g, '')}Z`;
}
