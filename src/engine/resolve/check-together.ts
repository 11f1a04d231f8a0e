import { isAtLeast } from '../../model/engine-version.ts';
import { isTakenBy, optionNamed } from '../../model/option-table.ts';
import type { GivenOptions } from './given-options.ts';
import { isNumeric } from './judge-value.ts';
import { readNumber } from './read-option-value.ts';
import type { ResolveInput } from './resolved-options.ts';
import type { SettledOption, SettledOptions } from './settled-options.ts';
import { warnOfRetention } from './warn-of-retention.ts';

/** Levels that each compression takes; the option table has them from 2.56 on (2.45: src/common/compress). */
const compressLevels: Readonly<Record<string, readonly [bigint, bigint]>> = {
  bz2: [1n, 9n],
  gz: [-1n, 9n],
  lz4: [-5n, 12n],
  zst: [-7n, 22n],
};

interface Check {
  readonly input: ResolveInput;
  readonly given: GivenOptions;
  readonly settled: SettledOptions;
}

/**
 * What the engine checks across options after it judged each alone, in its order (pgBackRest `src/config/load.c`,
 * cfgLoadUpdateOption).
 */
export function checkTogether(check: Check): void {
  requireRepositoryForDelete(check);
  refuseEqualPaths(check);
  checkTimeouts(check);
  refuseTwoRemotes(check);
  warnOfRetention(check.given, check.settled);
  refuseDottedBuckets(check);
  if (!isAtLeast(check.input.version, 56)) failOnLocal(check);
  checkCompression(check);
  if (isAtLeast(check.input.version, 48)) checkHostKeys(check);
  checkTargetTime(check);
  warnOfStopAuto(check);
}

function requireRepositoryForDelete({ input, given, settled }: Check): void {
  const { repo } = settled.indexes;
  if (input.command !== 'stanza-delete' || settled.text('repo') !== undefined) return;
  if (repo.length > 1 || repo[0] !== 1)
    given.refuse(37, { option: 'repo', problem: 'stanza-delete needs one repository to be named' });
}

function refuseEqualPaths({ input, given, settled }: Check): void {
  const sftpCounts = isAtLeast(input.version, 46) && !isAtLeast(input.version, 54);
  const seen = new Map<string, number>();
  for (const index of settled.indexes.repo) {
    const type = settled.text(`repo${index}-type`);
    const local = settled.text(`repo${index}-host`) === undefined;
    const counts = type === 'posix' || type === 'cifs' || (type === 'sftp' && sftpCounts);
    if (!local || !counts) continue;
    const path = settled.text(`repo${index}-path`)?.replace(/(.)\/$/, '$1');
    const key = `${type} ${path}`;
    const other = seen.get(key);
    if (other === undefined) seen.set(key, index);
    else
      given.refuse(32, {
        ...aboutOf(settled.find(`repo${index}-path`), `repo${index}-path`),
        problem: `repo${other} and repo${index} have the same path`,
      });
  }
}

function checkTimeouts({ input, given, settled }: Check): void {
  const protocol = settled.find('protocol-timeout');
  const database = settled.find('db-timeout');
  const read = (option: SettledOption | undefined): bigint | undefined =>
    option === undefined || !isNumeric(option.option)
      ? undefined
      : readNumber(option.option.type, option.values?.[0] ?? '', input.version);
  const [protocolMs, databaseMs] = [read(protocol), read(database)];
  if (protocolMs === undefined || databaseMs === undefined || protocolMs > databaseMs) return;
  if (protocol?.origin === 'default' || database?.origin === 'default') return;
  given.refuse(32, {
    ...aboutOf(protocol, 'protocol-timeout'),
    problem: 'protocol-timeout must be greater than db-timeout',
  });
}

function refuseTwoRemotes({ given, settled }: Check): void {
  const pg = settled.indexes.pg.find((index) => settled.text(`pg${index}-host`) !== undefined);
  const repo = settled.indexes.repo.find((index) => settled.text(`repo${index}-host`) !== undefined);
  if (pg === undefined || repo === undefined) return;
  given.refuse(27, {
    ...aboutOf(settled.find(`pg${pg}-host`), `pg${pg}-host`),
    problem: `pg${pg}-host and repo${repo}-host are both set: database and repository cannot both be remote`,
  });
}

function refuseDottedBuckets({ input, given, settled }: Check): void {
  for (const index of settled.indexes.repo) {
    const name = `repo${index}-s3-bucket`;
    const pathStyle = settled.text(`repo${index}-s3-uri-style`) === 'path';
    if (settled.text(name)?.includes('.') !== true) continue;
    if (settled.text(`repo${index}-storage-verify-tls`) !== 'y') continue;
    if (pathStyle && isAtLeast(input.version, 58)) continue;
    given.refuse(32, {
      ...aboutOf(settled.find(name), name),
      problem: 'a bucket with dots in its name does not fit the certificate of the store',
    });
  }
}

/** Up to 2.55 the engine looks at the kind of host also where its own option `local` says that there is none. */
function failOnLocal({ input, given, settled }: Check): void {
  for (const group of ['repo', 'pg'] as const) {
    const port = optionNamed(`${group}-host-port`, input.version);
    if (port === undefined || !isTakenBy(port, input.command)) continue;
    for (const index of settled.indexes[group]) {
      const name = `${group}${index}-local`;
      if (settled.text(name) !== 'y') continue;
      given.refuse(25, {
        ...aboutOf(settled.find(name), name),
        problem: 'this option is for the engine itself, which fails on it',
      });
    }
  }
}

function checkCompression({ input, given, settled }: Check): void {
  const compress = settled.find('compress');
  const type = settled.find('compress-type');
  if (compress === undefined || type === undefined) return;
  if (compress.origin !== 'default' && type.origin !== 'default')
    given.warn({
      ...aboutOf(compress, 'compress'),
      problem: 'compress and compress-type are both set, compress is the old one',
    });
  const off = compress.values?.[0] === 'n' && type.origin === 'default';
  const name = off ? 'none' : type.values?.[0];
  const limits = name === undefined ? undefined : compressLevels[name];
  const level = settled.find('compress-level');
  if (isAtLeast(input.version, 56) || limits === undefined || level === undefined) return;
  if (level.origin === 'default') return;
  const number = readNumber('integer', level.values?.[0] ?? '', input.version);
  if (number === undefined || (number >= limits[0] && number <= limits[1])) return;
  given.refuse(32, {
    ...aboutOf(level, 'compress-level'),
    problem: `"${String(number)}" is not in the range ${limits[0]} to ${limits[1]} of ${name}`,
  });
}

function checkHostKeys({ input, given, settled }: Check): void {
  for (const index of settled.indexes.repo) {
    const type = settled.find(`repo${index}-sftp-host-key-check-type`);
    const name = `repo${index}-sftp-host-fingerprint`;
    const fingerprint = settled.find(name);
    if (type?.values === undefined) continue;
    const wanted = type.values[0] === 'fingerprint';
    if (fingerprint?.values === undefined) {
      if (wanted) given.refuse(37, { option: name, problem: `${input.command} needs it` });
    } else if (type.origin === 'default')
      given.warn({ ...aboutOf(fingerprint, name), problem: 'it needs the host-key-check-type fingerprint' });
    else if (!wanted)
      given.refuse(31, {
        ...aboutOf(fingerprint, name),
        problem: 'it needs the host-key-check-type fingerprint',
      });
  }
}

function checkTargetTime({ given, settled }: Check): void {
  if (settled.text('repo-target-time') === undefined || settled.find('repo')?.origin !== 'default') return;
  given.refuse(31, {
    ...aboutOf(settled.find('repo-target-time'), 'repo-target-time'),
    problem: 'it is not valid without the option repo',
  });
}

function warnOfStopAuto({ input, given, settled }: Check): void {
  const stopAuto = settled.find('stop-auto');
  if (!isAtLeast(input.version, 58) || stopAuto === undefined || stopAuto.origin === 'default') return;
  given.warn({ ...aboutOf(stopAuto, 'stop-auto'), problem: 'it is deprecated and has no effect' });
}

function aboutOf(
  settled: SettledOption | undefined,
  name: string,
): Pick<SettledOption['given'] & object, 'entry' | 'source'> & { readonly option: string } {
  const given = settled?.given;
  return { option: given?.entry?.name ?? name, entry: given?.entry, source: given?.source };
}
