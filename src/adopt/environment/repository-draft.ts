import type { Path } from '../../config/source-tree.ts';
import type { DraftMapping } from '../draft.ts';
import type { Carrier } from './carrier.ts';
import type { ImportSettings } from './integration.ts';
import { placeStore } from './object-store.ts';

/** Where the parts of an S3 repository stand: names of variables. */
export interface S3Variables {
  readonly bucket: string;
  readonly endpoint: string;
  readonly region: string;
  readonly key: string;
  readonly keySecret: string;
  /** A boolean; undefined where the integration has no such variable. */
  readonly pathStyle?: string | undefined;
}

/** A repository on its way: its name in the file and the place of its comments. */
export interface RepositoryPlace {
  readonly stanza: string;
  readonly name: string;
}

/** The place of a repository's comments. */
export function repositoryPath({ stanza, name }: RepositoryPlace, ...keys: string[]): Path {
  return ['stanzas', stanza, 'repositories', name, ...keys];
}

/** The prefix of the secrets of a repository: HOLDFAST_OFFSITE. */
function secretPrefix({ name }: RepositoryPlace): string {
  return `HOLDFAST_${name.toUpperCase().replaceAll(/\W/g, '_')}`;
}

/** The keys of an S3 repository but for encryption and retention. */
export function s3Repository(
  carrier: Carrier,
  place: RepositoryPlace,
  names: S3Variables,
  path: string,
): DraftMapping {
  const bucket = requiredBucket(carrier, names.bucket);
  const endpoint = carrier.value(names.endpoint);
  const region = carrier.value(names.region);
  const pathStyle = names.pathStyle === undefined ? undefined : readFlag(carrier, names.pathStyle);
  const { place: store, corrections } = placeStore({ endpoint, region, bucket: bucket ?? '', pathStyle });
  const at = repositoryPath(place);
  const variableOf = { endpoint: names.endpoint, region: names.region, style: names.pathStyle };
  for (const { about, why } of corrections) {
    carrier.correct(variableOf[about] ?? names.endpoint, { why, at });
  }
  carrier.moved(names.bucket, `repositories.${place.name}.bucket`);
  carrier.moved(
    names.endpoint,
    store.endpoint === undefined
      ? `repositories.${place.name}.provider: ${String(store.provider)}, which knows the endpoint`
      : `repositories.${place.name}.endpoint`,
  );
  carrier.moved(names.region, `repositories.${place.name}.region`);
  if (names.pathStyle !== undefined) {
    carrier.moved(
      names.pathStyle,
      store.uriStyle === undefined
        ? `repositories.${place.name}.provider: ${String(store.provider)}, which knows the style`
        : `repositories.${place.name}.uriStyle`,
    );
  }
  if (
    store.provider !== 'r2' &&
    store.provider !== 'minio' &&
    store.region === undefined &&
    bucket !== undefined
  )
    carrier.required(names.region, 'the region of the bucket, which the endpoint does not tell');
  return {
    type: 's3',
    provider: store.provider,
    bucket: bucket ?? '',
    account: store.account,
    endpoint: store.endpoint,
    region: store.region,
    uriStyle: store.uriStyle,
    key: s3Secret(carrier, names.key, { place, end: 'KEY', purpose: 'access key id' }),
    keySecret: s3Secret(carrier, names.keySecret, {
      place,
      end: 'KEY_SECRET',
      purpose: 'secret of the access key',
    }),
    path,
    storage: store.port === undefined ? undefined : { port: store.port },
  };
}

/** A bucket's name; a problem when it is missing, or when no store has a bucket of that name. */
function requiredBucket(carrier: Carrier, name: string): string | undefined {
  const bucket = carrier.required(name, 'the bucket of the repository');
  // Letters, digits, dots and hyphens; old ones of Amazon have capitals and underscores too.
  if (bucket !== undefined && !/^[\w.-]+$/.test(bucket)) {
    carrier.reject(name, 'is no name of a bucket', {
      value: bucket,
      remedy: 'Write its name alone, as the console of the store shows it: without s3://, blanks and paths.',
    });
  }
  return bucket;
}

function s3Secret(
  carrier: Carrier,
  name: string,
  secret: { readonly place: RepositoryPlace; readonly end: string; readonly purpose: string },
): string {
  const { place, end, purpose } = secret;
  const text = `the ${purpose} of repository ${place.name}`;
  const value = carrier.required(name, text);
  // No store gives out keys with other characters: typographic quotes and hidden blanks come from copying.
  if (value !== undefined && !/^[!-~]+$/.test(value)) {
    carrier.reject(name, 'has a blank, or a character that no key has, in it', {
      remedy: 'Copy the value again, without what stands around it: quotes may have become typographic ones.',
    });
  }
  const secretName = `${secretPrefix(place)}_${end}`;
  return value === undefined ? '' : carrier.secret(name, { name: secretName, value, purpose: text });
}

/** A secret of a repository under its name in `.env`; '' and a problem when it is missing. */
export function repositorySecret(
  carrier: Carrier,
  name: string,
  secret: { readonly place: RepositoryPlace; readonly end: string; readonly purpose: string },
): string {
  return s3Secret(carrier, name, secret);
}

/**
 * `encryption` of a remote repository: with the passphrase that is there, else with one that is made now, because
 * encryption can only be switched on before the first backup.
 *
 * @param variable undefined where the integration has no passphrase
 */
export function encryptionOf(
  carrier: Carrier,
  place: RepositoryPlace,
  variable: string | undefined,
  settings: ImportSettings,
): DraftMapping | undefined {
  const name = `${secretPrefix(place)}_PASSPHRASE`;
  const purpose = `the passphrase of repository ${place.name}`;
  const toBeMade = variable !== undefined && /generat/i.test(carrier.peek(variable) ?? '');
  const given = variable === undefined || toBeMade ? undefined : carrier.value(variable);
  if (toBeMade) carrier.read(variable);
  if (variable !== undefined && given !== undefined) {
    return { passphrase: carrier.secret(variable, { name, value: given, purpose }) };
  }
  const at = repositoryPath(place, 'encryption');
  if (!settings.encrypt) {
    carrier.note('kept', variable ?? `repository ${place.name}`, {
      severity: 'warning',
      why: `Repository ${place.name} is on another machine and not encrypted, as asked for: whoever reads the store reads the database.`,
    });
    return undefined;
  }
  carrier.correct(variable ?? `encryption of ${place.name}`, {
    at,
    why: `${toBeMade ? 'The passphrase was still to be generated.' : 'Nothing encrypted this repository.'} A new passphrase is in .env: keep a copy elsewhere, without it no backup can be read. Where the repository already holds backups that are not encrypted, give it another path, or start again with --no-encryption.`,
  });
  return { passphrase: carrier.newSecret({ name, value: settings.newPassphrase(), purpose }) };
}

/** true, yes, 1 and on; undefined for an empty value; another text is a problem. */
export function readFlag(carrier: Carrier, name: string): boolean | undefined {
  const text = carrier.value(name)?.toLowerCase();
  if (text === undefined) return undefined;
  if (['true', 'yes', 'y', '1', 'on'].includes(text)) return true;
  if (['false', 'no', 'n', '0', 'off'].includes(text)) return false;
  carrier.reject(name, 'is neither true nor false', { value: text, remedy: 'Write true or false.' });
  return undefined;
}
