import {
  array,
  type Arbitrary,
  constant,
  constantFrom,
  integer,
  oneof,
  option as maybe,
  record,
  string,
  tuple,
} from 'fast-check';
import type { EngineVersion } from '../../src/model/engine-version.ts';
import { deprecatedNames, type EngineOption, indexedName, optionsOf } from '../../src/model/option-table.ts';

/** A configuration as somebody might have it: right in most, wrong in some ways. */
export interface RandomConfiguration {
  /** Texts of pgbackrest.conf and of files in conf.d. */
  readonly files: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly stanza: string | undefined;
  /** Which commands to try it with: positions in a list. */
  readonly picks: readonly number[];
}

interface Line {
  readonly section: string;
  readonly text: string;
}

/** Whole repositories and nodes, so that most configurations get past the options that are required. */
const foundations: readonly (readonly string[])[] = [
  ['repo1-path=/srv/one'],
  ['repo1-path=/srv/one', 'repo1-retention-full=2', 'compress-type=zst'],
  ['repo1-path=/srv/one', 'repo2-path=/srv/two', 'repo2-bundle=y', 'repo2-block=y'],
  ['repo1-path=/srv/one', 'repo2-path=/srv/one/'],
  [
    'repo1-type=s3',
    'repo1-s3-bucket=b',
    'repo1-s3-endpoint=e',
    'repo1-s3-region=r',
    'repo1-s3-key=k',
    'repo1-s3-key-secret=s',
  ],
  [
    'repo1-type=s3',
    'repo1-s3-bucket=b.c',
    'repo1-s3-endpoint=e',
    'repo1-s3-region=r',
    'repo1-s3-key-type=auto',
  ],
  ['repo2-type=azure', 'repo2-azure-account=a', 'repo2-azure-container=c', 'repo2-azure-key=k'],
  ['repo1-type=gcs', 'repo1-gcs-bucket=b', 'repo1-gcs-key=/k.json'],
  [
    'repo1-type=sftp',
    'repo1-sftp-host=h',
    'repo1-sftp-host-user=u',
    'repo1-sftp-host-key-hash-type=sha1',
    'repo1-sftp-private-key-file=/k',
  ],
  [
    'repo1-type=sftp',
    'repo1-sftp-host=h',
    'repo1-sftp-host-user=u',
    'repo1-sftp-host-key-hash-type=sha1',
    'repo1-sftp-private-key-file=/k',
    'repo1-sftp-host-fingerprint=f',
  ],
  [
    'repo1-type=sftp',
    'repo1-sftp-host=h',
    'repo1-sftp-host-user=u',
    'repo1-sftp-host-key-hash-type=sha1',
    'repo1-sftp-private-key-file=/k',
    'repo1-sftp-host-key-check-type=fingerprint',
  ],
  [
    'repo1-type=sftp',
    'repo2-type=sftp',
    'repo1-sftp-host=h',
    'repo2-sftp-host=h',
    'repo1-sftp-host-user=u',
    'repo2-sftp-host-user=u',
    'repo1-sftp-host-key-hash-type=sha1',
    'repo2-sftp-host-key-hash-type=md5',
    'repo1-sftp-private-key-file=/k',
    'repo2-sftp-private-key-file=/k',
  ],
  ['repo1-host=h', 'repo1-host-user=u'],
  ['repo1-host=h', 'repo1-host-type=tls', 'repo1-host-cert-file=/c', 'repo1-host-key-file=/k'],
  ['repo1-cipher-type=aes-256-cbc', 'repo1-cipher-pass=p'],
  ['retention-full=2', 'repo-path=/srv/old'],
  ['db-timeout=100', 'protocol-timeout=90'],
  ['db-timeout=3000'],
  ['protocol-timeout=20'],
  ['compress=n', 'compress-level=3'],
  ['compress=y', 'compress-type=lz4', 'compress-level=9'],
  ['compress-type=none', 'compress-level=99'],
  ['repo1-retention-archive-type=diff', 'repo1-retention-full=2'],
  ['repo1-retention-archive-type=incr', 'repo1-retention-full-type=time', 'repo1-retention-full=7'],
  ['repo1-retention-archive-type=diff', 'repo1-retention-archive=2', 'repo1-retention-diff=3'],
  ['repo3-path=/srv/three', 'repo-target-time=2026-01-01 00:00:00+00'],
  ['archive-async=y', 'spool-path=/srv/spool', 'stop-auto=y'],
  ['backup-standby=y', 'beta=y', 'repo1-block=y', 'repo1-bundle=y'],
  [],
];

const nodes: readonly (readonly string[])[] = [
  ['pg1-path=/srv/pg'],
  ['pg1-path=/srv/pg', 'pg2-path=/srv/pg', 'pg2-host=h'],
  ['pg1-path=/srv/pg', 'pg1-host=h'],
  ['pg2-path=/srv/pg'],
  ['db-path=/srv/pg'],
  [],
];

const commands = ['archive-push', 'archive-get', 'backup', 'check', 'expire', 'info', 'restore', 'verify'];
const sections = [
  'global',
  'global',
  'global',
  'main',
  'main',
  'other',
  ...commands.flatMap((command) => [`global:${command}`, `main:${command}`]),
];

/** Configurations for a version, of its own option table and of what people get wrong. */
export function randomConfiguration(version: EngineVersion): Arbitrary<RandomConfiguration> {
  const line = record({ section: constantFrom(...sections), text: lineFor(version) });
  const variable = lineFor(version).map((text) => {
    const [name = '', value = ''] = splitOnce(text);
    return [`PGBACKREST_${name.toUpperCase().replaceAll('-', '_')}`, value] as const;
  });
  return record({
    foundation: constantFrom(...foundations),
    node: constantFrom(...nodes),
    lines: array(line, { maxLength: 5 }),
    second: array(line, { maxLength: 2 }),
    junk: maybe(constantFrom('; note', 'word', '[global] # x', ' # fine', '=1'), { freq: 40 }),
    variables: array(variable, { maxLength: 2 }),
    stanza: oneof({ weight: 9, arbitrary: constant('main') }, { weight: 1, arbitrary: constant(undefined) }),
    picks: array(integer({ min: 0, max: 99 }), { minLength: 2, maxLength: 2 }),
  }).map(({ foundation, node, lines, second, junk, variables, stanza, picks }) => {
    const first = [
      ...foundation.map((text) => ({ section: 'global', text })),
      ...node.map((text) => ({ section: 'main', text })),
      ...lines,
    ];
    const texts = [fileText(first) + (junk === null ? '' : `${junk}\n`)];
    if (second.length > 0) texts.push(fileText(second));
    return { files: texts, environment: Object.fromEntries(variables), stanza, picks };
  });
}

function fileText(lines: readonly Line[]): string {
  return lines.map(({ section, text }) => `[${section}]\n${text}\n`).join('');
}

function lineFor(version: EngineVersion): Arbitrary<string> {
  const usable = optionsOf(version).filter(
    (option) => !['config', 'config-path', 'config-include-path'].includes(option.name),
  );
  const option = constantFrom(...usable);
  const index = oneof(
    { weight: 6, arbitrary: constant(1) },
    { weight: 1, arbitrary: constantFrom(2, 3, 256, 257) },
  );
  const plain = tuple(option, index).chain(([chosen, number]) =>
    valueFor(chosen).map((value) => `${indexedName(chosen, number)}=${value}`),
  );
  const bent = tuple(plain, constantFrom(...bends)).map(([text, bend]) => bend(text));
  const old = tuple(constantFrom(...deprecatedNames()), constantFrom('', '1', '2')).chain(([row, digits]) => {
    const target = usable.find((candidate) => candidate.name === row.replacement);
    const value = target === undefined ? constant('x') : valueFor(target);
    return value.map((text) => `${oldName(row.pattern, digits)}=${text}`);
  });
  return oneof(
    { weight: 14, arbitrary: plain },
    { weight: 2, arbitrary: old },
    { weight: 2, arbitrary: bent },
  );
}

function oldName(pattern: string, digits: string): string {
  return pattern.includes('?') ? pattern.replace('?', digits) : pattern.replace('-', `${digits}-`);
}

/** What people do to a line. */
const bends: readonly ((text: string) => string)[] = [
  (text) => `no-${text}`,
  (text) => `reset-${text}`,
  (text) => text.replace(/\d+-/, '-'),
  (text) => text.replace('-', '1-'),
  (text) => text.replace(/.(?==)/, ''),
  (text) => text.replace(/=.*/s, '='),
  (text) => `${text}   # why`,
  (text) => text.replace(/=(.*)/s, '="$1"'),
  (text) => `x${'y'.repeat(64)}-${text}`,
];

/** A value of the option's type, right in most. */
function valueFor(option: EngineOption): Arbitrary<string> {
  const wrong = constantFrom(
    'x',
    '',
    '-1',
    'y',
    '99999999999999999999',
    '1 day',
    'true',
    '4 GiB',
    '/a//b',
    '"a"',
  );
  return oneof({ weight: 5, arbitrary: rightValue(option) }, { weight: 1, arbitrary: wrong });
}

function rightValue(option: EngineOption): Arbitrary<string> {
  const listed =
    option.allowList ?? Object.values(option.commandOverrides ?? {}).flatMap((rule) => rule.allowList ?? []);
  if (listed.length > 0) return constantFrom(...listed);
  switch (option.type) {
    case 'boolean':
      return constantFrom('y', 'n');
    case 'integer':
      return oneof(integer({ min: -25, max: 30 }), integer({ min: 0, max: 70_000 })).map(String);
    case 'size':
      return tuple(
        integer({ min: 0, max: 5000 }),
        constantFrom('', 'B', 'KiB', 'kb', 'm', 'GiB', 'TB', 'PiB', 'bb', 'kk'),
      ).map(([count, unit]) => `${count}${unit}`);
    case 'time':
      return tuple(
        constantFrom('0', '0.1', '1', '30', '90', '1800', '604801', '0.0', '+5'),
        constantFrom('', '', 's', 'ms', 'm', 'H', 'd', 'w'),
      ).map(([count, unit]) => count + unit);
    case 'path':
      return constantFrom('/srv/x', '/srv/x/', '/');
    case 'hash':
      return constantFrom('a=b', 'a=b=c', 'k=');
    default:
      return oneof(
        constantFrom('text', 'a.b', '10', 'n'),
        string({ minLength: 1, maxLength: 6, unit: 'grapheme-ascii' }).map(plainText),
      );
  }
}

function plainText(text: string): string {
  return text.trim() === '' ? 'v' : text.trim();
}

function splitOnce(text: string): readonly [string, string] {
  const equals = text.indexOf('=');
  return equals < 0 ? [text, ''] : [text.slice(0, equals), text.slice(equals + 1)];
}
