import type { SecretReference } from '../../model/secret.ts';
import type { Path } from '../source-tree.ts';
import { allRepositories, type RuleContext, type RuleFinding } from './rule.ts';

type Secret = SecretReference | undefined;

/** A secret that stands in the file itself is in every copy, backup and commit of it. */
export function* checkLiteralSecrets({ file }: RuleContext): Iterable<RuleFinding> {
  for (const { repository, path } of allRepositories(file)) {
    yield* literal(repository.encryption?.passphrase, [...path, 'encryption', 'passphrase']);
    if (repository.type === 's3') {
      for (const key of ['key', 'keySecret', 'token', 'sseCustomerKey'] as const)
        yield* literal(repository[key], [...path, key]);
    }
    if (repository.type === 'azure') yield* literal(repository.key, [...path, 'key']);
    // With `service` the key is the path of a file, and a path is no secret.
    if (repository.type === 'gcs' && repository.keyType === 'token')
      yield* literal(repository.key, [...path, 'key']);
    if (repository.type === 'sftp')
      yield* literal(repository.privateKeyPassphrase, [...path, 'privateKeyPassphrase']);
  }
  for (const [name, { patroni }] of Object.entries(file.stanzas))
    yield* literal(patroni?.password, ['stanzas', name, 'patroni', 'password']);
  // Addresses and the URLs of one's own services are no secrets; these three let anybody speak in our name.
  for (const [name, channel] of Object.entries(file.notify)) {
    for (const kind of ['slack', 'pagerduty', 'healthchecks'] as const)
      yield* literal(channel[kind], ['notify', name, kind]);
    yield* literal(channel.secret, ['notify', name, 'secret']);
    // A server of mail or a proxy is no secret, the password in its URL is one.
    for (const kind of ['smtp', 'proxy'] as const) {
      const value = channel[kind];
      if (value?.kind === 'literal' && value.value.includes('@'))
        yield* literal(value, ['notify', name, kind]);
    }
  }
  yield* literal(file.consul?.token, ['consul', 'token']);
  yield* literal(file.server.token, ['server', 'token']);
  yield* literal(file.deploy.kubernetes.rolePassword, ['deploy', 'kubernetes', 'rolePassword']);
  yield* literal(file.deploy.compose.password, ['deploy', 'compose', 'password']);
}

function* literal(secret: Secret, path: Path): Iterable<RuleFinding> {
  if (secret?.kind !== 'literal') return;
  yield {
    rule: 'literal-secret',
    severity: 'warning',
    path,
    secret: true,
    problem: 'a secret stands in the file itself',
    expected: '${NAME}, file:/absolute/path or exec:command',
    remedy:
      'Move it into a file of mode 0600 and write `file:/path`, or into the environment and write `${NAME}`.',
  };
}
