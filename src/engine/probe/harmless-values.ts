import type { EngineVersion } from '../../model/engine-version.ts';
import { isAtLeast } from '../../model/engine-version.ts';
import { type EngineOption, indexedName, isTakenBy } from '../../model/option-table.ts';
import { judgeValue } from '../resolve/judge-value.ts';
import { rulesOf } from '../resolve/option-rules.ts';
import { readOptionName } from '../resolve/read-option-name.ts';
import type { ResolvedOptions } from '../resolve/resolved-options.ts';

/** For whom values are made harmless. */
export interface ProbeTarget {
  readonly version: EngineVersion;
  readonly command: string;
  /** Throw-away directory. */
  readonly directory: string;
}

/** Nobody listens on port 1 of this host. */
const nowhere = '127.0.0.1';

/**
 * What a value is replaced with so that a run can neither reach nor change anything real; undefined leaves it. The
 * engine's judgement stays the same: a value is only replaced by another valid one of its type, equal ones by equal
 * ones, and one that we hold to be invalid stays as it is.
 */
export function harmlessValue(option: EngineOption, value: string, target: ProbeTarget): string | undefined {
  const replacement = replacementFor(option, value, target);
  if (replacement === undefined || value === '') return undefined;
  const rules = rulesOf(option, target.command);
  const problem = judgeValue(option, rules, { text: value, match: undefined, version: target.version });
  return problem === undefined ? replacement : undefined;
}

function replacementFor(option: EngineOption, value: string, target: ProbeTarget): string | undefined {
  const { directory } = target;
  switch (option.name) {
    case 'lock-path':
      return `${directory}/lock`;
    case 'pg-path':
      return `${directory}/pg`;
    case 'log-path':
    case 'spool-path':
    case 'pg-socket-path':
      return `${directory}/empty`;
    case 'repo-path':
      return `${directory}/repo/${Buffer.from(value.replace(/(.)\/$/, '$1'))
        .toString('hex')
        .slice(-120)}`;
    case 'pg-host':
    case 'repo-host':
    case 'repo-sftp-host':
    case 'repo-storage-host':
    case 'repo-s3-endpoint':
    case 'repo-azure-endpoint':
    case 'repo-gcs-endpoint':
    case 'repo-s3-sts-host':
      return nowhere;
    case 'pg-host-port':
    case 'repo-host-port':
    case 'repo-storage-port':
    case 'repo-sftp-host-port':
    case 'pg-port':
      return '1';
    case 'cmd-ssh':
      return '/bin/false';
    case 'io-timeout':
      return shortTimeout(target.version);
    case 'priority':
      return '0';
    case 'log-level-console':
      return 'warn';
    case 'log-level-stderr':
    case 'log-level-file':
      return 'off';
    default:
      return isCertificate(option.name) ? `${directory}/empty/none` : undefined;
  }
}

/** Without its certificates no TLS connection is even begun. */
function isCertificate(name: string): boolean {
  return /^(repo-storage-ca-file|(pg|repo)-host-(ca|cert|key)-file)$/.test(name);
}

function shortTimeout(version: EngineVersion): string {
  return isAtLeast(version, 53) ? '100ms' : '0.1';
}

/**
 * Arguments for what nobody gave and whose default is real: the lock directory, sockets, stores.
 *
 * @param resolved what the command would see; only options that are valid there get an argument
 */
export function harmlessArguments(resolved: ResolvedOptions, target: ProbeTarget): readonly string[] {
  const everywhere = [
    'lock-path',
    'io-timeout',
    'log-level-console',
    'log-level-stderr',
    'log-level-file',
    'cmd-ssh',
  ];
  const indexes = indexesOf(resolved);
  const names = [
    ...everywhere,
    ...indexes.pg.flatMap((index) => pgNames(resolved, index)),
    ...indexes.repo.flatMap((index) => repositoryNames(resolved, index)),
  ];
  return names.flatMap((name) => argumentFor(name, resolved, target));
}

function pgNames(resolved: ResolvedOptions, index: number): readonly string[] {
  const host = resolved.values.get(`pg${index}-host`) !== undefined;
  const path = resolved.values.get(`pg${index}-path`) !== undefined;
  return [...(path && !host ? [`pg${index}-socket-path`] : []), ...(host ? [`pg${index}-host-port`] : [])];
}

function repositoryNames(resolved: ResolvedOptions, index: number): readonly string[] {
  if (resolved.values.get(`repo${index}-host`) !== undefined) return [`repo${index}-host-port`];
  switch (resolved.values.get(`repo${index}-type`)?.value) {
    case 's3':
    case 'azure':
      return [`repo${index}-storage-host`, `repo${index}-storage-port`, `repo${index}-storage-ca-file`];
    case 'gcs':
      return [`repo${index}-gcs-endpoint`, `repo${index}-storage-ca-file`];
    case 'sftp':
      return [`repo${index}-sftp-host-port`];
    default:
      // A path of our own would make a real index of one that the engine is about to drop.
      return resolved.renumbered.repo === undefined ? [`repo${index}-path`] : [];
  }
}

function argumentFor(name: string, resolved: ResolvedOptions, target: ProbeTarget): readonly string[] {
  const reading = readOptionName(name, target.version);
  if (reading.kind !== 'option' || !isTakenBy(reading.option, target.command)) return [];
  const given = resolved.values.get(name);
  if (given !== undefined && given.origin !== 'default') return [];
  const value = replacementFor(reading.option, typeof given?.value === 'string' ? given.value : '/', target);
  if (value === undefined) return [];
  const { option, index } = reading;
  const asGiven = option.group === undefined ? undefined : resolved.renumbered[option.group];
  return [`--${indexedName(option, asGiven ?? index)}=${value}`];
}

function indexesOf(resolved: ResolvedOptions): {
  readonly pg: readonly number[];
  readonly repo: readonly number[];
} {
  const found = { pg: new Set<number>(), repo: new Set<number>() };
  for (const name of resolved.values.keys()) {
    const match = /^(pg|repo)(\d+)-/.exec(name);
    if (match !== null) found[match[1] as 'pg' | 'repo'].add(Number(match[2]));
  }
  return { pg: [...found.pg], repo: [...found.repo] };
}
