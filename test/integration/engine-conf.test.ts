import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Configuration, PassThroughOption, Stanza } from '../../src/config/configuration.ts';
import { runBackup } from '../../src/engine/backup.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { runCheck } from '../../src/engine/check.ts';
import { openEngine } from '../../src/engine/open-engine.ts';
import { runEngine } from '../../src/engine/run-engine.ts';
import { type EngineVersion, isAtLeast } from '../../src/model/engine-version.ts';
import { isFailure } from '../../src/model/failure.ts';
import type { ObjectStorageAccess, Repository, RepositoryAccess } from '../../src/model/repository.ts';
import type { HostTransport, PostgresNode } from '../../src/model/stanza.ts';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';
import { configurationIn, createEngineBed, localRepository, stanzaWith, writeConf } from './engine-bed.ts';

/** Words without what the configuration's own rules refuse (blanks at the ends, control characters). */
const word = fc.stringMatching(/^[A-Za-z0-9_.=#;"'\\[\]-]{1,20}$/).filter((text) => !text.startsWith('['));
const secret = word.map((value) => ({ kind: 'literal' as const, value }));
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(value, { nil: undefined });

function storage(version: EngineVersion): fc.Arbitrary<ObjectStorageAccess> {
  return fc.record({
    host: fc.constant('127.0.0.1'),
    port: fc.constant(1),
    caFile: maybe(fc.constant('/nowhere/ca.crt')),
    caPath: fc.constant(undefined),
    verifyTls: fc.boolean(),
    uploadChunkSize: maybe(fc.integer({ min: 5, max: 1024 }).map((size) => size * 1024 * 1024)),
    tags: isAtLeast(version, 48)
      ? fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), word, { maxKeys: 3 })
      : fc.constant({}),
  });
}

function access(version: EngineVersion): fc.Arbitrary<RepositoryAccess> {
  const s3 = fc.record({
    type: fc.constant('s3' as const),
    provider: fc.constant(undefined),
    bucket: fc.stringMatching(/^[a-z]{3,20}$/),
    endpoint: fc.constant('127.0.0.1'),
    region: fc.constant('us-west-004'),
    uriStyle: fc.constantFrom('host' as const, 'path' as const),
    keyType: fc.constant('shared' as const),
    key: secret,
    keySecret: secret,
    token: maybe(secret),
    role: fc.constant(undefined),
    kmsKeyId: maybe(word),
    sseCustomerKey: isAtLeast(version, 52) ? maybe(secret) : fc.constant(undefined),
  });
  const azure = fc.record({
    type: fc.constant('azure' as const),
    account: secret,
    container: fc.stringMatching(/^[a-z]{3,20}$/),
    keyType: fc.constantFrom('shared' as const, 'sas' as const),
    key: fc.constant({ kind: 'literal' as const, value: 'YWJjZA==' }),
    endpoint: maybe(fc.constant('127.0.0.1')),
    uriStyle: fc.constantFrom('host' as const, 'path' as const),
  });
  const gcs = fc.record({
    type: fc.constant('gcs' as const),
    bucket: fc.stringMatching(/^[a-z]{3,20}$/),
    keyType: fc.constantFrom('service' as const, 'token' as const),
    key: fc.constant({ kind: 'literal' as const, value: '/nowhere/key.json' }),
    endpoint: maybe(fc.constant('127.0.0.1')),
    userProject: isAtLeast(version, 55) ? maybe(fc.constant('acme')) : fc.constant(undefined),
  });
  const sftp = fc.record({
    type: fc.constant('sftp' as const),
    host: fc.constant('127.0.0.1'),
    port: fc.constantFrom(22, 1),
    user: fc.constant('backup'),
    privateKeyFile: fc.constant('/nowhere/id'),
    publicKeyFile: maybe(fc.constant('/nowhere/id.pub')),
    privateKeyPassphrase: maybe(secret),
    hostKeyHashType: fc.constantFrom('sha1' as const, 'sha256' as const),
    hostKeyCheckType: fc.constantFrom('strict' as const, 'accept-new' as const, 'none' as const),
    hostFingerprint: fc.constant(undefined),
    knownHosts: fc.array(fc.constantFrom('/nowhere/a', '/nowhere/b'), { maxLength: 2 }),
  });
  const withStorage = <T>(part: fc.Arbitrary<T>): fc.Arbitrary<T & ObjectStorageAccess> =>
    fc.tuple(part, storage(version)).map(([own, rest]) => ({ ...rest, ...own }));
  return fc.oneof(
    fc.constant({ type: 'posix' as const }),
    fc.constant({ type: 'cifs' as const }),
    withStorage(s3),
    withStorage(azure),
    withStorage(gcs),
    ...(isAtLeast(version, 48) ? [sftp] : []),
  );
}

function repository(version: EngineVersion, root: string): fc.Arbitrary<Repository> {
  const count = fc.integer({ min: 1, max: 9_999_999 });
  return fc
    .record({
      access: access(version),
      encryption: maybe(secret.map((passphrase) => ({ cipher: 'aes-256-cbc' as const, passphrase }))),
      retention: fc.record({
        full: maybe(
          fc.oneof(
            count.map((value) => ({ by: 'count' as const, count: value })),
            count.map((days) => ({ by: 'time' as const, days })),
          ),
        ),
        diff: maybe(count),
        archive: fc.oneof(
          fc.constant('follow' as const),
          fc.record({ type: fc.constantFrom('full' as const, 'diff' as const, 'incr' as const), count }),
        ),
        history: maybe(fc.integer({ min: 0, max: 9_999_999 })),
      }),
      bundle: maybe(fc.boolean()),
      block: fc.constant(undefined),
    })
    .map((value) => localRepository(1, root, value));
}

const transport: fc.Arbitrary<HostTransport> = fc.oneof(
  fc.record({
    kind: fc.constant('ssh' as const),
    port: maybe(fc.integer({ min: 1, max: 65_535 })),
    user: maybe(fc.constantFrom('postgres', 'pgbackrest')),
    command: maybe(fc.constant('/usr/bin/pgbackrest')),
    configFile: maybe(fc.constant('/etc/pgbackrest/pgbackrest.conf')),
    caFile: fc.constant(undefined),
    certificateFile: fc.constant(undefined),
    keyFile: fc.constant(undefined),
  }),
  fc.record({
    kind: fc.constant('tls' as const),
    port: maybe(fc.integer({ min: 1, max: 65_535 })),
    user: fc.constant(undefined),
    command: fc.constant(undefined),
    configFile: fc.constant(undefined),
    caFile: fc.constant('/nowhere/ca.crt'),
    certificateFile: fc.constant('/nowhere/host.crt'),
    keyFile: fc.constant('/nowhere/host.key'),
  }),
);

function stanza(name: string, version: EngineVersion, sandbox: Sandbox): fc.Arbitrary<Stanza> {
  const base = stanzaWith(name, { path: `/nowhere/${name}`, port: 21_090 }, []);
  const own = base.nodes[0] as PostgresNode;
  const remote = transport.map((way) => ({ ...own, host: 'db2.invalid', transport: way }));
  return fc
    .record({
      remote: maybe(remote),
      repositories: fc.array(repository(version, '/'), { minLength: 1, maxLength: 3 }),
      socketPath: maybe(fc.constant('/nowhere/run')),
      databaseUser: maybe(fc.constant('backup')),
      database: fc.constantFrom('postgres', 'other'),
    })
    .map(({ remote: other, repositories, ...change }) => ({
      ...base,
      nodes: [{ ...own, ...change }, ...(other === undefined ? [] : [other])],
      repositories: repositories.map((one, position) => ({
        ...one,
        key: position + 1,
        path: sandbox.file(`${name}-${position + 1}`),
      })),
    }));
}

const position = { file: 'holdfast.yaml', line: 1, column: 1 };
const given = (name: string, value: string, command?: string): PassThroughOption => ({
  name,
  value,
  command,
  position,
});
const passThrough = fc.uniqueArray(
  fc.constantFrom(
    given('compress-type', 'none'),
    given('compress-type', 'lz4', 'backup'),
    given('compress-type', 'gz', 'archive-push'),
    given('process-max', '3'),
    given('process-max', '5', 'restore'),
    given('archive-async', 'n'),
    given('log-level-file', 'detail'),
    given('io-timeout', '30'),
    given('archive-timeout', '90'),
    given('buffer-size', '1MiB'),
  ),
  { selector: (option) => `${option.name} ${option.command}`, maxLength: 6 },
);

function configuration(version: EngineVersion, sandbox: Sandbox): fc.Arbitrary<Configuration> {
  return fc
    .record({
      stanzas: fc
        .tuple(stanza('main', version, sandbox), maybe(stanza('other', version, sandbox)))
        .map(([first, second]) => (second === undefined ? [first] : [first, second])),
      options: passThrough,
      tlsServer: maybe(
        fc.constant({
          address: '127.0.0.1',
          port: 21_091,
          caFile: '/nowhere/ca.crt',
          certificateFile: '/nowhere/host.crt',
          keyFile: '/nowhere/host.key',
          auth: { 'client one': ['main', 'other'], other: ['*'] },
        }),
      ),
    })
    .map((change) => ({ ...configurationIn(sandbox, []), ...change }));
}

/** Runs a command only for what the engine says about its configuration. */
async function complaints(
  engine: Engine,
  name: string,
  args: readonly string[],
  repositoryKey?: number,
): Promise<string[]> {
  const said: string[] = [];
  const run = {
    stanza: name,
    repositoryKey,
    ioTimeoutSeconds: 1,
    // Errors of the configuration come at once; nobody waits for hosts that cannot be reached.
    timeoutMs: 500,
    onRecord: (record: { level: string; message: string }) => {
      if (record.level === 'warn' && /configuration file|option|environment/.test(record.message)) {
        said.push(`${args[0]}: ${record.message}`);
      }
    },
  };
  try {
    await runEngine(engine, args, run);
  } catch (error) {
    if (!isFailure(error)) throw error;
    // Nothing there can be reached; only what is said about options counts.
    if (error.kind === 'engine-configuration') said.push(`${args[0]}: ${error.message}`);
  }
  return said;
}

describe('rendered configuration', () => {
  let sandbox: Sandbox;
  let engine: Engine;
  beforeAll(async () => {
    sandbox = await createSandbox('conf');
    sandbox.directory('etc/conf.d', 0o755);
    const settings = configurationIn(sandbox, []).engine;
    engine = await openEngine(settings, { path: '/usr/bin', runAs: sandbox.runAs });
  });
  afterAll(async () => {
    await sandbox?.[Symbol.asyncDispose]();
  });

  it('is understood by the real engine whatever the configuration says', async () => {
    await fc.assert(
      fc.asyncProperty(
        configuration(engine.version, sandbox),
        fc.integer({ min: 1, max: 64 }),
        async (config, cores) => {
          await writeConf(config, engine, cores);
          for (const { name } of config.stanzas) {
            // A stop file ends whatever would act right after its configuration was read.
            await sandbox.mustRun('touch', [sandbox.file('lock', `${name}.stop`)]);
            const found = [
              ...(await complaints(engine, name, ['backup', '--type=full'], 1)),
              ...(await complaints(engine, name, ['expire'])),
              ...(await complaints(engine, name, ['archive-push', '/nowhere/000000010000000000000001'])),
              ...(await complaints(engine, name, ['check'])),
              ...(await complaints(engine, name, ['info'], 1)),
              ...(await complaints(engine, name, ['restore'], 1)),
            ];
            expect(found).toEqual([]);
          }
        },
      ),
      { numRuns: 20, endOnFailure: true },
    );
  }, 240_000);
});

describe('rendered configuration in use', () => {
  it('takes a backup without a warning, for two stanzas whose repositories differ', async () => {
    await using bed = await createEngineBed();
    const main = bed.configuration.stanzas[0] as Stanza;
    const other: Stanza = {
      ...main,
      name: 'other',
      repositories: [localRepository(1, bed.sandbox.directory('repo3'))],
    };
    const both = { ...bed.configuration, stanzas: [main, other] };
    await writeConf(both, bed.engine);
    expect((await runCheck(bed.engine, 'main')).warnings).toEqual([]);
    for (const repositoryKey of [1, 2]) {
      const outcome = await runBackup(bed.engine, { stanza: 'main', repositoryKey, type: 'full' });
      expect(outcome.warnings).toEqual([]);
    }
  });
});
