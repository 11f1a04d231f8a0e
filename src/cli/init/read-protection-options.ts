import { stanzaName } from '../../adopt/interactive/ask-protection.ts';
import { detectClusters, inspectCluster } from '../../adopt/interactive/detect-clusters.ts';
import {
  leavesTheHost,
  neededStoreKeys,
  type NewProtection,
  type NewRepository,
} from '../../adopt/interactive/new-protection.ts';
import type { ClusterPlace } from '../../adopt/environment/integration.ts';
import type { ProviderName } from '../../config/providers.ts';
import { Failure } from '../../model/failure.ts';
import type { CommandInput } from '../command-definition.ts';
import type { CommandContext } from '../context.ts';
import { clusterPlace, namedCluster } from './cluster-place.ts';

/** Options that say something about a new configuration, and so leave nothing to be asked. */
const valueOptions = [
  'path',
  'port',
  'repository',
  'type',
  'provider',
  'bucket',
  'region',
  'endpoint',
  'account',
  'server',
  'user',
  'key-file',
  'days',
] as const;

/** The options of a new configuration that were given, but for those that are named. */
export function givenProtectionOptions(
  input: CommandInput,
  except: readonly string[] = [],
): readonly string[] {
  return [
    ...valueOptions.filter((name) => input.value(name) !== undefined),
    ...(['encrypt', 'no-encryption'] as const).filter((name) => input.flag(name)),
  ].filter((name) => !except.includes(name));
}

/** @throws Failure usage when there are such options: a wish that is not heard is worse than none */
export function refuseOptions(names: readonly string[], reason: string): void {
  if (names.length === 0) return;
  throw new Failure('usage', {
    operation: 'read the command line',
    problem: `${names.map((name) => `--${name}`).join(', ')}: ${reason}`,
    hint: 'Leave it out; `holdfast init --help` says what belongs together.',
  });
}

/**
 * A new configuration from options alone. Everything that is missing is told at once.
 *
 * @throws Failure usage
 */
export async function readProtectionOptions(
  input: CommandInput,
  context: CommandContext,
  newPassphrase: () => string,
): Promise<NewProtection> {
  const missing: string[] = [];
  const type = (input.value('type') ?? 'posix') as NewRepository['type'];
  const options = new OptionReader(input, context.env, missing);
  const cluster = await chooseCluster(input, missing);
  const repository = readRepository(type, options);
  if (missing.length > 0) throw incomplete(missing);
  const encryption = leavesTheHost(type) ? 'no-encryption' : 'encrypt';
  refuseOptions(
    givenProtectionOptions(input, ['path', 'port', 'type', 'days', encryption, ...options.asked]),
    `not for a repository of type ${type}`,
  );
  const encrypt = leavesTheHost(type) ? !input.flag('no-encryption') : input.flag('encrypt');
  return {
    stanza: context.globals.stanza ?? cluster.stanza,
    cluster: cluster.place,
    repository,
    passphrase: encrypt ? newPassphrase() : undefined,
    days: readDays(input.value('days')),
  };
}

/** Values of options, and of variables for what must not stand on a command line. What is missing is remembered. */
class OptionReader {
  readonly #input: CommandInput;
  readonly #env: Readonly<Record<string, string | undefined>>;
  readonly #missing: string[];
  /** Options that this repository can have. */
  readonly asked = new Set<string>();

  constructor(input: CommandInput, env: Readonly<Record<string, string | undefined>>, missing: string[]) {
    this.#input = input;
    this.#env = env;
    this.#missing = missing;
  }

  optional(name: string): string | undefined {
    this.asked.add(name);
    return this.#input.value(name);
  }

  /** @param shown what is said to be missing */
  required(name: string, shown = `--${name}`): string {
    const value = this.optional(name);
    if (value === undefined) this.#missing.push(shown);
    return value ?? '';
  }

  /** An absolute path. */
  path(name: string): string {
    const value = this.required(name);
    if (value !== '' && !value.startsWith('/')) this.#missing.push(`--${name} as an absolute path`);
    return value;
  }

  variable(name: string): string {
    const value = this.#env[name]?.trim() ?? '';
    if (value === '') this.#missing.push(`the variable ${name}`);
    return value;
  }
}

function readRepository(type: NewRepository['type'], options: OptionReader): NewRepository {
  const inStore = options.optional('repository') ?? '/pgbackrest';
  switch (type) {
    case 'posix':
      return { type, path: options.path('repository') };
    case 's3': {
      const provider = options.optional('provider') as ProviderName | undefined;
      for (const key of neededStoreKeys(provider)) {
        // Whoever names neither has most likely not heard that a name is enough.
        if (key === 'endpoint' && provider === undefined)
          options.required(key, '--provider (or --endpoint, for a store of your own)');
        else options.required(key);
      }
      return {
        type,
        provider,
        bucket: options.required('bucket'),
        path: inStore,
        region: options.optional('region'),
        endpoint: options.optional('endpoint'),
        account: options.optional('account'),
        key: options.variable('AWS_ACCESS_KEY_ID'),
        keySecret: options.variable('AWS_SECRET_ACCESS_KEY'),
      };
    }
    case 'azure':
      return {
        type,
        container: options.required('bucket'),
        path: inStore,
        account: options.variable('AZURE_STORAGE_ACCOUNT'),
        key: options.variable('AZURE_STORAGE_KEY'),
      };
    case 'gcs':
      return {
        type,
        bucket: options.required('bucket'),
        path: inStore,
        keyFile: options.path('key-file'),
      };
    case 'sftp':
      return {
        type,
        server: options.required('server'),
        user: options.required('user'),
        path: options.path('repository'),
        privateKeyFile: options.path('key-file'),
      };
  }
}

async function chooseCluster(
  input: CommandInput,
  missing: string[],
): Promise<{ readonly place: ClusterPlace; readonly stanza: string }> {
  const named = await namedCluster(input);
  if (named !== undefined) {
    const found = (await detectClusters()).find(({ path }) => path === named.path);
    if (found === undefined && (await inspectCluster(named.path)) === undefined)
      missing.push(`a data directory in --path (${named.path} is none, or is hidden from this user)`);
    return { place: named, stanza: stanzaName(found ?? { name: undefined }) };
  }
  const clusters = await detectClusters();
  const [only, second] = clusters;
  if (only !== undefined && second === undefined)
    return { place: await clusterPlace(only), stanza: stanzaName(only) };
  missing.push(
    clusters.length === 0 ? '--path' : `--path, one of ${clusters.map(({ path }) => path).join(', ')}`,
  );
  return { place: { path: '', port: undefined, socket: undefined, user: undefined }, stanza: 'main' };
}

function readDays(text: string | undefined): number {
  if (text === undefined) return 14;
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw new Failure('usage', {
    operation: 'read --days',
    problem: `${JSON.stringify(text)} is no number of days`,
    hint: 'Write a whole number, such as --days 14.',
  });
}

function incomplete(missing: readonly string[]): Failure {
  return new Failure('usage', {
    operation: 'write a new configuration',
    problem: `without a terminal it needs ${missing.join(', and ')}`,
    hint: 'Give what is missing, or run `holdfast init` on a terminal, where it asks. For an existing installation: --from-env FILE, or `holdfast adopt`.',
    details: { missing },
  });
}
