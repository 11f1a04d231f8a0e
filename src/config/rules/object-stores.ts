import { providerFacts, resolveProvider, type ProviderFeature } from '../providers.ts';
import type { RepositoryInput, S3Input } from '../schema/repository.ts';
import type { Path } from '../source-tree.ts';
import { allRepositories, type RuleContext, type RuleFinding } from './rule.ts';

/** Object stores: endpoint, region and style that go together, credentials that are enough. */
export function* checkObjectStores({ file }: RuleContext): Iterable<RuleFinding> {
  for (const { repository, path } of allRepositories(file)) {
    yield* checkCredentials(repository, path);
    if (repository.type !== 's3') continue;
    yield* checkS3Place(repository, path);
    yield* checkS3Features(repository, path);
    yield* checkDottedBucket(repository, path);
  }
}

function* checkS3Place(repository: S3Input, path: Path): Iterable<RuleFinding> {
  const { provider, endpoint, region, account } = repository;
  const answer = resolveProvider(provider, { endpoint, region, account });
  const needs = provider === undefined ? (['endpoint', 'region'] as const) : providerFacts(provider).needs;
  for (const key of needs) {
    if (repository[key] !== undefined || (key === 'account' && endpoint !== undefined)) continue;
    yield {
      rule: 'store-incomplete',
      path: [...path, key],
      problem: `${provider === undefined ? 'an S3 store without `provider`' : `provider ${provider}`} needs \`${key}\``,
      remedy: `Add \`${key}\`${provider === undefined ? ', or name the provider' : ''}.`,
    };
  }
  if (endpoint !== undefined && /^https?:|\/|\s/.test(endpoint)) {
    yield {
      rule: 'bad-endpoint',
      path: [...path, 'endpoint'],
      problem: 'is a URL, and pgBackRest wants the host alone',
      expected: 'a host name, with a port when it is not 443',
      remedy: 'Remove the scheme and everything after the host.',
    };
  }
  const refused = provider === undefined ? undefined : providerFacts(provider).refusedStyle;
  if (refused !== undefined && (repository.uriStyle ?? answer.uriStyle) === refused) {
    const problem = `provider ${provider ?? ''} does not understand buckets in the ${refused}`;
    yield {
      rule: 'store-refuses',
      path: [...path, 'uriStyle'],
      problem,
      remedy: 'Remove it: the provider knows its style.',
    };
  }
}

function* checkS3Features(repository: S3Input, path: Path): Iterable<RuleFinding> {
  if (repository.provider === undefined) return;
  const facts = providerFacts(repository.provider);
  const used: readonly [ProviderFeature, boolean, Path][] = [
    ['tags', Object.keys(repository.storage.tags).length > 0, ['storage', 'tags']],
    ['kmsKeyId', repository.kmsKeyId !== undefined, ['kmsKeyId']],
    ['role', repository.role !== undefined, ['role']],
    ['machineIdentity', ['auto', 'web-id', 'pod-id'].includes(repository.keyType), ['keyType']],
  ];
  for (const [feature, isUsed, key] of used) {
    if (!isUsed || !facts.refuses.includes(feature)) continue;
    yield {
      rule: 'store-refuses',
      path: [...path, ...key],
      problem: `provider ${repository.provider} does not take this${facts.why === undefined ? '' : `: ${facts.why}`}`,
      remedy:
        feature === 'machineIdentity'
          ? 'Write `keyType: shared` and give `key` and `keySecret`.'
          : 'Remove it.',
    };
  }
}

/** A certificate for `*.store` does not cover `a.b.store` (pgBackRest refuses it as well). */
function* checkDottedBucket(repository: S3Input, path: Path): Iterable<RuleFinding> {
  const style =
    repository.uriStyle ??
    resolveProvider(repository.provider, { endpoint: undefined, region: undefined, account: undefined })
      .uriStyle;
  if (!repository.bucket.includes('.') || style !== 'host' || !repository.storage.verifyTls) return;
  yield {
    rule: 'dotted-bucket',
    path: [...path, 'bucket'],
    problem: 'a bucket with dots cannot stand in the host name: no certificate covers it',
    remedy: 'Write `uriStyle: path`, or use a bucket without dots.',
  };
}

function* checkCredentials(repository: RepositoryInput, path: Path): Iterable<RuleFinding> {
  for (const key of neededCredentials(repository)) {
    yield {
      rule: 'credentials-missing',
      path: [...path, key],
      problem: `\`${key}\` is missing`,
      expected: 'a secret: ${NAME}, file:/absolute/path or exec:command',
      remedy: `Add \`${key}\`, or another \`keyType\` when the machine has an identity of its own.`,
    };
  }
  if (
    repository.type === 'sftp' &&
    repository.hostKeyCheckType === 'fingerprint' &&
    repository.hostFingerprint === undefined
  ) {
    const problem = 'the check by fingerprint has no fingerprint';
    yield {
      rule: 'credentials-missing',
      path: [...path, 'hostFingerprint'],
      problem,
      remedy: 'Add `hostFingerprint`.',
    };
  }
  if (
    repository.type === 'gcs' &&
    repository.keyType === 'service' &&
    repository.key?.kind === 'literal' &&
    !repository.key.value.startsWith('/')
  ) {
    const problem = 'is not the path of a key file, which key type `service` needs';
    yield {
      rule: 'bad-secret',
      path: [...path, 'key'],
      secret: true,
      problem,
      remedy: 'Write the absolute path of the JSON key file.',
    };
  }
}

function neededCredentials(repository: RepositoryInput): readonly string[] {
  if (repository.type === 's3' && repository.keyType === 'shared') {
    return (['key', 'keySecret'] as const).filter((key) => repository[key] === undefined);
  }
  const wantsKey =
    (repository.type === 'azure' || repository.type === 'gcs') && repository.keyType !== 'auto';
  return wantsKey && repository.key === undefined ? ['key'] : [];
}
