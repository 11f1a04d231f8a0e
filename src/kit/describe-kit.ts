import type { Configuration } from '../config/configuration.ts';
import { kitFormat, openCommand } from '../model/kit-format.ts';
import type { Repository } from '../model/repository.ts';
import type { KitManifest } from './kit-manifest.ts';

/** The texts of a kit that people read: names in the kit, and contents. */
export function describeKit(
  configuration: Configuration,
  manifest: KitManifest,
): (readonly [string, string])[] {
  const { createdAt, host, versions, secretsIncluded, secrets, files = [] } = manifest;
  return [
    [
      'README.txt',
      `Break-glass kit of ${configuration.file} on ${host}, made ${createdAt}.

Begin with runbook.html (or runbook.md): "The host is lost".

holdfast.yaml      the configuration; it goes to ${configuration.file}
pgbackrest/        configuration of pgBackRest for every host, to restore without Holdfast
runbook.*          what to do, with the exact commands
repositories.txt   where the backups are, and which secrets each needs
fingerprints.txt   by which the right passphrases are known
versions.txt       what must be installed
report-keys/       public keys of the reports of drills
${files.length === 0 ? '' : 'files/             certificates and known hosts that pgBackRest opens by a path\n'}${secretsIncluded ? 'secrets/           THE SECRETS THEMSELVES: who has this folder has all data\n' : 'The secrets are not in here: they are in the safe. fingerprints.txt tells the right ones.\n'}
Key files, certificates and known hosts go to the paths that repositories.txt names, readable for the user of pgBackRest,
before pgbackrest.conf can be used.
`,
    ],
    [
      'versions.txt',
      `Holdfast ${versions.holdfast}\npgBackRest ${versions.pgbackrest}\nPostgreSQL ${versions.postgres}\n`,
    ],
    ['repositories.txt', configuration.stanzas.map((stanza) => describeStanza(stanza, manifest)).join('\n')],
    [
      'fingerprints.txt',
      secrets
        .filter(({ kind }) => kind === 'passphrase')
        .map(
          ({ key, fingerprint }) =>
            `${fingerprint ?? '(none: it is not there, or easily guessed)'}  ${key}\n`,
        )
        .join(''),
    ],
  ];
}

function describeStanza(
  stanza: Configuration['stanzas'][number],
  { secrets, files = [] }: KitManifest,
): string {
  return stanza.repositories
    .map((repository) => {
      const needed = [
        ...secrets,
        ...files.map((file) => ({ ...file, reference: `file:${file.path}` })),
      ].filter((one) => one.repository?.stanza === stanza.name && one.repository.name === repository.name);
      return [
        `stanza ${stanza.name}, repository ${repository.key}: ${repository.name}`,
        ...placeOf(repository).map(([name, value]) => `  ${name.padEnd(10)} ${value}`),
        ...needed.map(
          ({ key, reference, file }) =>
            `  needs      ${key} (from ${reference}${file === undefined ? '' : `; here ${file}`})`,
        ),
        '',
      ].join('\n');
    })
    .join('\n');
}

function placeOf({ access, path, host, encryption }: Repository): (readonly [string, string])[] {
  const place: (readonly [string, string])[] = [
    ['type', access.type],
    ['path', path],
    ['encrypted', encryption === undefined ? 'no' : encryption.cipher],
    ...(host === undefined ? [] : [['host', host.address] as const]),
  ];
  switch (access.type) {
    case 's3':
      return [
        ...place,
        ['bucket', access.bucket],
        ['endpoint', access.endpoint],
        ['region', access.region],
        ['uri style', access.uriStyle],
      ];
    case 'azure':
      return [
        ...place,
        ['container', access.container],
        ['endpoint', access.endpoint ?? 'blob.core.windows.net'],
      ];
    case 'gcs':
      return [...place, ['bucket', access.bucket]];
    case 'sftp':
      return [
        ...place,
        ['server', `${access.user}@${access.host}:${access.port}`],
        ['key file', access.privateKeyFile],
      ];
    case 'posix':
    case 'cifs':
      return place;
  }
}

/** How a kit is opened with what every Linux has: stands in the kit unencrypted, and beside it. */
export function openingInstructions(
  { createdAt, host }: Pick<KitManifest, 'createdAt' | 'host'>,
  name: string,
): string {
  const { outer, sealed, inner } = kitFormat;
  return `This is the break-glass kit of the PostgreSQL backups of ${host}, made ${createdAt}.
It has what is needed to restore when everything else is gone. It is encrypted with a passphrase, which must be in the safe.

With Holdfast:

  holdfast kit open ${name} --out /root/kit

Without it, with tar, openssl (1.1.1 or newer) and sha256sum, as root. openssl asks for the passphrase; with the passphrase
in a file add: -pass file:/path/of/that/file

  mkdir -m 0700 /root/kit
  tar -xf ${name} -C /root/kit
  cd /root/kit
  ${openCommand(`${outer}/${sealed}`)} | tar -xf -
  cd ${inner}
  sha256sum -c SHA256SUMS

A wrong passphrase ends with "bad decrypt" or with what tar cannot read. Every line of sha256sum must say OK.
Then read README.txt and runbook.html. Remove the folder when you are done.
`;
}
