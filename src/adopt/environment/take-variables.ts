import type { Configuration } from '../../config/configuration.ts';
import { parseConfiguration } from '../../config/load.ts';
import { maskedSecrets } from '../../engine/conf/secret-values.ts';
import { renderConf } from '../../engine/conf/render-conf.ts';
import { parseEngineVersion } from '../../model/engine-version.ts';
import { Failure } from '../../model/failure.ts';
import { writeDraft } from '../write-draft.ts';
import { importEnvironment, type EnvironmentImport } from './import-environment.ts';
import type { ImportSettings } from './integration.ts';

/** For tests: nothing is known of the host. */
export const settings: ImportSettings = {
  directory: '/etc/holdfast',
  newPassphrase: () => 'MADE-NOW'.repeat(8),
  encrypt: true,
  cluster: undefined,
  found: [],
  stanza: undefined,
};

/** What comes of variables that are taken over. */
export type DraftImport = Extract<EnvironmentImport, { kind: 'draft' }>;

/** For tests: takes variables over. @throws Failure, and Error for a hosted database */
export function takeVariables(text: string, more: Partial<ImportSettings> = {}): DraftImport {
  const result = importEnvironment(text, '.env.old', { ...settings, ...more });
  if (result.kind !== 'draft') throw new Error('taken for a hosted database');
  return result;
}

/** For tests: the written file, read back. @throws Error with its problems */
export function configure(result: DraftImport): Configuration {
  const { configuration, problems } = parseConfiguration(
    writeDraft(result.draft),
    '/etc/holdfast/holdfast.yaml',
  );
  if (configuration === undefined) throw new Error(JSON.stringify(problems));
  return configuration;
}

/** For tests: the lines of everything that is rendered for a version. */
export function rendered(result: DraftImport, version = '2.45'): readonly string[] {
  const parsed = parseEngineVersion(version);
  if (parsed === undefined) throw new Error(version);
  const files = renderConf(configure(result), {
    version: parsed,
    machine: { cores: 4 },
    secrets: maskedSecrets,
  });
  return files
    .flatMap((file) => file.content.split('\n'))
    .filter((line) => line !== '' && !line.startsWith('#'));
}

/** For tests: why variables are not taken. @throws Error when they are */
export function failureOf(text: string): Failure {
  try {
    takeVariables(text);
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error('it was taken');
}

/** For tests: the variables of Pigsty with Supabase. */
export const pigstyVariables = `# Supabase
POSTGRES_PASSWORD=not-ours
S3_BUCKET=shop-storage
S3_ENDPOINT=https://s3.eu-central-003.backblazeb2.com
S3_REGION=eu-central-003
S3_ACCESS_KEY=0031storage
S3_SECRET_KEY=storage-secret
S3_FORCE_PATH_STYLE=false

PGBACKREST_ENABLED=true
PGBACKREST_METHOD=s3
PGBACKREST_S3_BUCKET=shop-backups
PGBACKREST_S3_ENDPOINT=https://s3.us-east-005.backblazeb2.com
PGBACKREST_S3_REGION=us-east-005
PGBACKREST_S3_ACCESS_KEY=0032backup
PGBACKREST_S3_SECRET_KEY=backup-secret
PGBACKREST_CIPHER_PASS='a passphrase with # and $igns'
PGBACKREST_RETENTION_FULL=14
PGBACKREST_LOCAL_ENABLED=true
PGBACKREST_LOCAL_RETENTION_FULL=2
`;
