import { isAtLeast, type EngineVersion } from '../../model/engine-version.ts';
import type { RepositoryInput } from '../schema/repository.ts';
import type { Path } from '../source-tree.ts';
import { allRepositories, type RuleContext, type RuleFinding } from './rule.ts';

/** One thing a repository may ask for, and the first 2.x that has it (pgBackRest release notes). */
interface Demand {
  readonly minor: number;
  readonly key: Path;
  readonly what: string;
}

/** Keys that the installed pgBackRest is too old for. Silent when no version is known. */
export function* checkEngineVersions({ file, version }: RuleContext): Iterable<RuleFinding> {
  if (version === undefined) return;
  for (const { repository, path } of allRepositories(file)) {
    for (const demand of demandsOf(repository, version)) {
      if (isAtLeast(version, demand.minor)) continue;
      yield {
        rule: 'engine-too-old',
        path: [...path, ...demand.key],
        problem: `${demand.what} came with pgBackRest 2.${demand.minor}, and ${version.text} is installed`,
        expected: `pgBackRest 2.${demand.minor} or newer`,
        remedy: `Install pgBackRest 2.${demand.minor} or newer, or do without.`,
      };
    }
  }
}

function demandsOf(repository: RepositoryInput, version: EngineVersion): readonly Demand[] {
  const demands: Demand[] = [];
  const demand = (minor: number, key: Path, what: string): number => demands.push({ minor, key, what });
  if (repository.block === true) demand(46, ['block'], 'block incremental backup');
  if ('storage' in repository) {
    if (Object.keys(repository.storage.tags).length > 0) demand(48, ['storage', 'tags'], 'tags on objects');
  }
  if (repository.type === 'sftp') {
    demand(46, ['type'], 'the repository type sftp');
    // Before 2.48 there was neither: asking for anything but the default would be dropped silently.
    if (repository.knownHosts.length > 0) demand(48, ['knownHosts'], 'a list of known hosts');
    if (repository.hostKeyCheckType !== 'strict' && isAtLeast(version, 46))
      demand(48, ['hostKeyCheckType'], 'the choice of the host key check');
  }
  if (repository.type === 's3') {
    if (repository.sseCustomerKey !== undefined) demand(52, ['sseCustomerKey'], 'a customer key');
    if (repository.keyType === 'pod-id') demand(58, ['keyType'], 'key type pod-id');
    if (repository.keyType === 'process') demand(59, ['keyType'], 'key type process');
  }
  if (repository.type === 'azure' && repository.keyType === 'auto')
    demand(58, ['keyType'], 'key type auto for Azure');
  if (repository.type === 'gcs' && repository.userProject !== undefined)
    demand(55, ['userProject'], 'a project that pays');
  return demands;
}
