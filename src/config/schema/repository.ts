import * as z from 'zod';
import { providerNames } from '../providers.ts';
import { objectStorageSchema } from './object-storage.ts';
import { optionsSchema } from './options.ts';
import { retentionSchema } from './retention.ts';
import { priceSchema } from './price.ts';
import { absolutePath, count, flag, oneOf, port, price, secret, text } from './scalars.ts';
import { section } from './section.ts';
import { sshSchema, tlsSchema } from './transport.ts';

const encryptionSchema = section({
  passphrase: secret().meta({
    description: 'Passphrase. It cannot be changed later and nothing can be restored without it.',
    examples: ['file:/run/secrets/cipher'],
  }),
  cipher: oneOf(['aes-256-cbc'])
    .prefault('aes-256-cbc')
    .meta({ description: 'Cipher; pgBackRest has this one.' }),
}).meta({ description: 'Encrypt everything in the repository.' });

/** Highest index of a repository or a node (pgBackRest configuration guide, "Multiple repositories"). */
const highestNumber = 256;

/** Keys of every repository type. */
const commonShape = {
  number: count(1, highestNumber)
    .optional()
    .meta({
      description:
        'The 3 of `repo3`, where the numbers have gaps. Without it the place in the list: the first is repo1.',
      examples: [3],
    }),
  host: text('a host name or address')
    .optional()
    .meta({ description: 'Another host that runs pgBackRest and holds the repository.' }),
  ssh: sshSchema.optional(),
  tls: tlsSchema.optional(),
  encryption: encryptionSchema.optional(),
  retention: retentionSchema.prefault({}),
  bundle: flag()
    .optional()
    .meta({ description: 'Store small files together. Chosen for the engine when not given.' }),
  block: flag().optional().meta({
    description:
      'Block incremental backups; needs bundles and pgBackRest 2.46. Chosen for the engine when not given.',
  }),
  egressPrice: price()
    .optional()
    .meta({
      description:
        'What reading a GB from here costs, in US dollars; `price.egress` is the same and goes before. Without it the list price of the provider, where one is known.',
      examples: [0.09],
    }),
  price: priceSchema.optional(),
  options: optionsSchema.prefault({}),
  from: z.unknown().optional().meta({
    description: 'Not available yet: name of a repository that this one is copied from.',
    type: 'string',
  }),
  keep: z
    .unknown()
    .optional()
    .meta({ description: 'Not available yet: which backups to keep, beside the retention.', type: 'string' }),
};

/** pgBackRest configuration reference, `repo-path`; for every type of repository. */
const engineRepositoryPath = '/var/lib/pgbackrest';
const usualBucketPath = '/pgbackrest';

/** Where a repository lies whose path is not given: with `engine.defaults: own` where the engine takes it to be. */
export function repositoryPath(
  repository: { readonly type: string; readonly path?: string | undefined },
  defaults: 'tuned' | 'own',
): string {
  const inDirectory = repository.type === 'posix' || repository.type === 'cifs';
  return repository.path ?? (inDirectory || defaults === 'own' ? engineRepositoryPath : usualBucketPath);
}

const bucketPath = absolutePath().optional().meta({
  description: 'Path inside the bucket or container.',
  default: usualBucketPath,
});
const filePath = absolutePath().optional().meta({
  description: 'Directory of the repository.',
  default: engineRepositoryPath,
});

const fileShape = { path: filePath, ...commonShape };

const posixSchema = section({ type: z.literal('posix').meta({ description: 'A directory.' }), ...fileShape });
const cifsSchema = section({
  type: z
    .literal('cifs')
    .meta({ description: 'A directory on a CIFS mount (no links, no fsync of directories).' }),
  ...fileShape,
});

const s3Schema = section({
  type: z.literal('s3').meta({ description: 'S3 or a store that speaks its protocol.' }),
  provider: oneOf(providerNames).optional().meta({
    description:
      'Who runs the store: gives endpoint, region and style. Without it name `endpoint` and `region`.',
  }),
  bucket: text('a bucket name').meta({ description: 'Bucket; it must exist.' }),
  account: text('an account id').optional().meta({ description: 'Account id, for provider r2.' }),
  endpoint: text('a host name')
    .optional()
    .meta({
      description: 'Host of the store, without the bucket.',
      examples: ['s3.eu-central-1.amazonaws.com'],
    }),
  region: text('a region name')
    .optional()
    .meta({ description: 'Region of the bucket.', examples: ['eu-central-1'] }),
  uriStyle: oneOf(['host', 'path'])
    .optional()
    .meta({ description: 'Whether the bucket stands in the host name or in the path.' }),
  keyType: oneOf(['shared', 'auto', 'web-id', 'pod-id', 'process']).prefault('shared').meta({
    description:
      'Where credentials come from: `shared` are given here, the others come from the machine. pod-id needs 2.58, process 2.59.',
  }),
  key: secret()
    .optional()
    .meta({ description: 'Access key id.', examples: ['${S3_KEY_ID}'] }),
  keySecret: secret()
    .optional()
    .meta({ description: 'Secret of the access key.', examples: ['file:/run/secrets/s3'] }),
  token: secret().optional().meta({ description: 'Session token of temporary credentials.' }),
  role: text('a role name').optional().meta({ description: 'Role of the machine to use with keyType auto.' }),
  kmsKeyId: text('a key id').optional().meta({ description: 'Key of AWS KMS to encrypt with.' }),
  sseCustomerKey: secret()
    .optional()
    .meta({ description: 'Customer key of server-side encryption; needs pgBackRest 2.52.' }),
  storage: objectStorageSchema.prefault({}),
  path: bucketPath,
  ...commonShape,
});

const azureSchema = section({
  type: z.literal('azure').meta({ description: 'Azure Blob Storage.' }),
  account: secret().meta({ description: 'Storage account.', 'x-identifier': true }),
  container: text('a container name').meta({ description: 'Container; it must exist.' }),
  keyType: oneOf(['shared', 'sas', 'auto']).prefault('shared').meta({
    description: 'Kind of key; `auto` is the managed identity of the machine and needs pgBackRest 2.58.',
  }),
  key: secret().optional().meta({ description: 'Shared key or SAS token.' }),
  endpoint: text('a host name')
    .optional()
    .meta({ description: 'Host of the service; pgBackRest takes blob.core.windows.net.' }),
  uriStyle: oneOf(['host', 'path'])
    .prefault('host')
    .meta({ description: 'Whether the account stands in the host name or in the path (Azurite).' }),
  storage: objectStorageSchema.prefault({}),
  path: bucketPath,
  ...commonShape,
});

const gcsSchema = section({
  type: z.literal('gcs').meta({ description: 'Google Cloud Storage.' }),
  bucket: text('a bucket name').meta({ description: 'Bucket; it must exist.' }),
  keyType: oneOf(['service', 'token', 'auto']).prefault('service').meta({
    description: '`service`: a key file; `token`: an access token; `auto`: the identity of the machine.',
  }),
  key: secret()
    .optional()
    .meta({
      description: 'Path of the JSON key file (service) or the token (token).',
      examples: ['/etc/pgbackrest/gcs.json'],
    }),
  endpoint: text('a host name')
    .optional()
    .meta({ description: 'Host of the service; pgBackRest takes storage.googleapis.com.' }),
  userProject: text('a project id')
    .optional()
    .meta({ description: 'Project that pays for requests; needs pgBackRest 2.55.' }),
  storage: objectStorageSchema.prefault({}),
  path: bucketPath,
  ...commonShape,
});

const sftpSchema = section({
  type: z.literal('sftp').meta({ description: 'A directory on an SFTP server; needs pgBackRest 2.46.' }),
  server: text('a host name or address').meta({ description: 'SFTP server.' }),
  port: port().prefault(22).meta({ description: 'Port of the SFTP server.' }),
  user: text('a user name').meta({ description: 'User on the SFTP server.' }),
  privateKeyFile: absolutePath().meta({ description: 'Private key to log in with.' }),
  publicKeyFile: absolutePath()
    .optional()
    .meta({ description: 'Public key of it, where the SSH library needs it.' }),
  privateKeyPassphrase: secret().optional().meta({ description: 'Passphrase of the private key.' }),
  hostKeyHashType: oneOf(['md5', 'sha1', 'sha256'])
    .prefault('sha256')
    .meta({ description: 'Hash for the key of the server.' }),
  hostKeyCheckType: oneOf(['strict', 'accept-new', 'fingerprint', 'none'])
    .prefault('strict')
    .meta({ description: 'How the key of the server is checked.' }),
  hostFingerprint: text('a fingerprint')
    .optional()
    .meta({ description: 'Fingerprint of the key of the server, for check type fingerprint.' }),
  knownHosts: z
    .array(absolutePath())
    .prefault([])
    .meta({ description: "known_hosts files to look into; without any the user's and the system's." }),
  path: absolutePath().meta({ description: 'Directory on the SFTP server.' }),
  ...commonShape,
});

/** One repository, by its type. */
export const repositorySchema = z.discriminatedUnion('type', [
  posixSchema,
  cifsSchema,
  s3Schema,
  azureSchema,
  gcsSchema,
  sftpSchema,
]);

export type RepositoryInput = z.output<typeof repositorySchema>;
export type S3Input = z.output<typeof s3Schema>;
export type GcsInput = z.output<typeof gcsSchema>;
export type SftpInput = z.output<typeof sftpSchema>;

/** Types of repository that know a key, for the remedy when it stands in one that does not. */
export function repositoryTypesWith(key: string): readonly string[] {
  const types: [string, object][] = [
    ['posix', posixSchema.shape],
    ['cifs', cifsSchema.shape],
    ['s3', s3Schema.shape],
    ['azure', azureSchema.shape],
    ['gcs', gcsSchema.shape],
    ['sftp', sftpSchema.shape],
  ];
  return types.filter(([, shape]) => Object.hasOwn(shape, key)).map(([type]) => type);
}
