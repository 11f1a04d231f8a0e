import { describe, expect, it } from 'vitest';
import { judgeRule } from '../../../../test/support/judge-rule.ts';
import type { LintRule } from '../../lint-rule.ts';
import { endpointPlainHttp, queueMaxDropsWal, tagsOnR2 } from './archiving-and-stores.ts';
import { configurationRules } from './configuration-rules.ts';
import { lineUnreadable, optionTwice } from './file-structure.ts';
import { hostIsItself, noLocalNode, standbyMissing, standbyRequired } from './hosts.ts';
import {
  optionDeprecated,
  optionForCommandLine,
  optionNegatedInFile,
  optionOfOtherVersion,
  optionRefused,
  optionUnknown,
} from './option-names.ts';
import { optionForOtherCommand, optionInGlobal, sectionNeverRead } from './option-sections.ts';
import {
  commentAfterValue,
  timeUnitIgnored,
  valueEmpty,
  valueInvalid,
  valueQuoted,
} from './option-values.ts';
import { optionMissing, optionsContradict } from './options-together.ts';
import {
  blockWithoutBundle,
  encryptionOff,
  repositoriesSharePath,
  repositoryInData,
  repositoryWithoutBackups,
} from './repositories.ts';
import {
  archiveBelowFull,
  archiveBeyondFull,
  archiveInDays,
  diffRetentionUnused,
  fullInDays,
  retentionMissing,
} from './retention.ts';
import { dataDirectoryDiffers, stanzaNotConfigured } from './stanzas.ts';

type Case = readonly [string, LintRule, Readonly<Record<string, string>>, readonly string[], string?];

const global = (...lines: string[]) => ({ 'pgbackrest.conf': `[global]\n${lines.join('\n')}\n` });
const main = (...lines: string[]) => ({ 'pgbackrest.conf': `[main]\n${lines.join('\n')}\n` });
const whole = (...lines: string[]) => global(...lines, '[main]', 'pg1-path=/srv/pg');
const s3 = ['repo1-type=s3', 'repo1-s3-bucket=b', 'repo1-s3-endpoint=e', 'repo1-s3-region=r'];
const pushes = { 'postgresql.conf': "archive_command = 'pgbackrest --stanza=main archive-push %p'\n" };
const script = (...lines: string[]) => ({ 'run.sh': `#!/bin/sh\n${lines.join('\n')}\n` });

const names: readonly Case[] = [
  ['a misspelt name', optionUnknown, global('repo1-retention-ful=2'), ['2: repo1-retention-ful']],
  ['a good name', optionUnknown, global('repo1-retention-full=2', 'process-max=2'), []],
  ['a name in a template', optionUnknown, global('repo{{ n }}-path=/x'), []],
  ['a name without index', optionRefused, global('repo-host=h'), ['2: repo-host']],
  ['an old name without index', optionRefused, global('repo-path=/x', 'backup-host=h'), []],
  ['a name of a later version', optionOfOtherVersion, global('repo1-symlink=n'), ['2: repo1-symlink']],
  ['the same in that version', optionOfOtherVersion, global('repo1-symlink=n'), [], '2.57'],
  ['an old name', optionDeprecated, global('retention-full=2'), ['2: retention-full']],
  ['its present name', optionDeprecated, global('repo1-retention-full=2'), []],
  ['an option of the command line', optionForCommandLine, global('repo=2'), ['2: repo']],
  ['an option of a repository', optionForCommandLine, global('repo2-path=/x'), []],
  ['a negated option', optionNegatedInFile, global('no-delta=y'), ['2: no-delta']],
  ['an option set to n', optionNegatedInFile, global('delta=n'), []],
];

const structure: readonly Case[] = [
  ['a semicolon', lineUnreadable, global('; note'), ['2: ; note']],
  ['a comment', lineUnreadable, global('  # note'), []],
  ['the same option twice', optionTwice, main('pg1-path=/a', 'pg1-path=/b'), ['3: pg1-path']],
  ['the old name beside the present', optionTwice, global('repo1-path=/a', 'repo-path=/b'), ['3: repo-path']],
  ['two indexes', optionTwice, main('pg1-path=/a', 'pg2-path=/b'), []],
  [
    'an option that may be given often',
    optionTwice,
    global('tls-server-auth=a=*', 'tls-server-auth=b=*'),
    [],
  ],
  [
    'a first index beside a loop',
    optionTwice,
    main('pg1-path=/a', '{% for h in hosts %}', 'pg{{ loop.index }}-path=/a', '{% endfor %}'),
    ['4: pg{{ loop.index }}-path'],
  ],
  [
    'a first index beside a loop from 2 on',
    optionTwice,
    main('pg1-path=/a', '{% for h in hosts %}', 'pg{{ loop.index + 1 }}-path=/a', '{% endfor %}'),
    [],
  ],
  [
    'two branches of a template',
    optionTwice,
    main('{% if a %}', 'pg1-path=/a', '{% else %}', 'pg1-path=/b', '{% endif %}'),
    [],
  ],
  ['a stanza option in [global]', optionInGlobal, global('pg1-path=/a'), ['2: pg1-path']],
  ['a stanza option in its section', optionInGlobal, main('pg1-path=/a'), []],
  [
    'an option for another command',
    optionForOtherCommand,
    { 'pgbackrest.conf': '[global:expire]\ncompress-type=zst\n[global:backup]\ncompress-type=zst\n' },
    ['2: compress-type'],
  ],
  [
    'sections that nothing reads',
    sectionNeverRead,
    {
      'pgbackrest.conf':
        '[Global]\ndelta=y\n[global:archivepush]\nprocess-max=2\n[main:backup]\nprocess-max=2\n',
    },
    ['2: delta', '4: process-max'],
  ],
];

const values: readonly Case[] = [
  ['a word that is none of the list', valueInvalid, global('repo1-retention-archive-type=days'), ['2: days']],
  ['a word of the list', valueInvalid, global('repo1-retention-archive-type=diff'), []],
  ['a blank in a size', valueInvalid, global('archive-push-queue-max=4 GB'), ['2: 4 GB']],
  ['sizes', valueInvalid, global('archive-push-queue-max=4GiB', 'buffer-size=1MB'), []],
  ['a boolean', valueInvalid, global('delta=yes', 'start-fast=true', 'resume=n'), ['2: yes', '3: true']],
  ['a placeholder', valueInvalid, global('process-max={{ n }}', 'delta=${DELTA}'), []],
  ['prefer, before it came', valueInvalid, global('backup-standby=prefer'), ['2: prefer']],
  ['prefer, since it came', valueInvalid, global('backup-standby=prefer'), [], '2.55'],
  ['a comment behind', commentAfterValue, global('repo1-path=/srv   # here'), ['2: /srv   # here']],
  ['a hash in a value', commentAfterValue, global('repo1-path=/srv/a#b', 'repo1-cipher-pass=a #b'), []],
  ['quotes', valueQuoted, global('repo1-path="/srv"'), ['2: "/srv"']],
  ['a quote inside', valueQuoted, global('repo1-s3-bucket=a"b'), []],
  ['no value', valueEmpty, global('repo1-path='), ['2: repo1-path']],
  ['a value', valueEmpty, global('repo1-path=/x'), []],
  ['a unit that is ignored', timeUnitIgnored, global('archive-timeout=5m'), ['2: 5m']],
  ['seconds', timeUnitIgnored, global('archive-timeout=300', 'io-timeout=60s'), []],
  ['a unit that is known', timeUnitIgnored, global('archive-timeout=5m'), [], '2.53'],
];

const together: readonly Case[] = [
  ['timeouts', optionsContradict, global('db-timeout=600', 'protocol-timeout=300'), ['3: 300']],
  ['good timeouts', optionsContradict, global('db-timeout=300', 'protocol-timeout=600'), []],
  [
    'a level that the compression does not have',
    optionsContradict,
    global('compress-type=gz', 'compress-level=19'),
    ['3: 19'],
  ],
  ['a level of zst', optionsContradict, global('compress-type=zst', 'compress-level=19'), []],
  ['two remotes', optionsContradict, global('repo1-host=r', '[main]', 'pg1-path=/a', 'pg1-host=p'), ['5: p']],
  [
    'a bucket with dots',
    optionsContradict,
    global(
      ...s3.map((line) => line.replace('bucket=b', 'bucket=a.b')),
      'repo1-s3-key=k',
      'repo1-s3-key-secret=s',
    ),
    ['3: a.b'],
  ],
  [
    'a missing region',
    optionMissing,
    global('repo1-type=s3', 'repo1-s3-bucket=b', 'repo1-s3-endpoint=e'),
    ['2: s3'],
  ],
  ['a secret from elsewhere', optionMissing, global(...s3), []],
];

const variables = configurationRules.rules.filter(({ name }) => /variable/.test(name));
const variableNamed = (name: string): LintRule => variables.find((rule) => rule.name === name) as LintRule;
const env = (...lines: string[]) => ({ '.env': `${lines.join('\n')}\n` });
const environment: readonly Case[] = [
  [
    'a variable of ours',
    variableNamed('variable-not-an-option'),
    env('PGBACKREST_ENABLED=true'),
    ['1: PGBACKREST_ENABLED'],
  ],
  [
    'variables that are options',
    variableNamed('variable-not-an-option'),
    env('PGBACKREST_STANZA=main', 'PGBACKREST_REPO1_PATH=/x'),
    [],
  ],
  [
    'an old name',
    variableNamed('variable-becomes-option'),
    env('PGBACKREST_RETENTION_FULL=14'),
    ['1: PGBACKREST_RETENTION_FULL'],
  ],
  [
    'the present name',
    variableNamed('variable-becomes-option'),
    env('PGBACKREST_REPO1_RETENTION_FULL=14'),
    [],
  ],
  ['none as a type', variableNamed('variable-refused'), env('PGBACKREST_REPO1_TYPE=none'), ['1: none']],
  [
    'a type',
    variableNamed('variable-refused'),
    env('PGBACKREST_REPO1_TYPE=s3', 'PGBACKREST_REPO1_PATH=${P}'),
    [],
  ],
  [
    'an empty one',
    variableNamed('variable-empty'),
    env('PGBACKREST_REPO1_S3_KEY='),
    ['1: PGBACKREST_REPO1_S3_KEY'],
  ],
  [
    'an empty one of another program',
    variableNamed('variable-empty'),
    env('S3_KEY=', 'PGBACKREST_ENABLED='),
    [],
  ],
  [
    'a file that hides conf.d',
    variableNamed('config-variable-hides-includes'),
    {
      ...env('PGBACKREST_CONFIG=/etc/pgbackrest/pgbackrest.conf'),
      'pgbackrest/conf.d/x.conf': '[global]\ndelta=y\n',
    },
    ['1: PGBACKREST_CONFIG'],
  ],
  [
    'both named',
    variableNamed('config-variable-hides-includes'),
    {
      ...env('PGBACKREST_CONFIG=/a', 'PGBACKREST_CONFIG_INCLUDE_PATH=/b'),
      'pgbackrest/conf.d/x.conf': '[global]\ndelta=y\n',
    },
    [],
  ],
];

const retention: readonly Case[] = [
  ['no retention', retentionMissing, whole('repo1-path=/srv'), ['2: repo1-path']],
  ['retention', retentionMissing, whole('repo1-path=/srv', 'repo1-retention-full=2'), []],
  ['retention on the repository host', retentionMissing, whole('repo1-host=h', 'repo1-path=/srv'), []],
  [
    'more archive than backups',
    archiveBeyondFull,
    global('repo1-retention-full=4', 'repo1-retention-archive=14'),
    ['3: 14'],
  ],
  [
    'as much archive as backups',
    archiveBeyondFull,
    global('repo1-retention-full=4', 'repo1-retention-archive=4'),
    [],
  ],
  [
    'archive of diffs',
    archiveBeyondFull,
    global('repo1-retention-full=2', 'repo1-retention-archive=5', 'repo1-retention-archive-type=diff'),
    [],
  ],
  [
    'archive in days',
    archiveInDays,
    global('# keep 7 days of WAL', 'repo1-retention-archive=7'),
    ['3: repo1-retention-archive'],
  ],
  [
    'archive in backups',
    archiveInDays,
    global('# WAL of the newest backups', 'repo1-retention-archive=2'),
    [],
  ],
  [
    'less archive than backups',
    archiveBelowFull,
    global('repo1-retention-full=4', 'repo1-retention-archive=1'),
    ['3: 1'],
  ],
  ['archive that follows', archiveBelowFull, global('repo1-retention-full=4'), []],
  [
    'diff without diffs',
    diffRetentionUnused,
    { ...global('repo1-retention-diff=7'), ...script('pgbackrest --stanza=main --type=full backup') },
    ['2: repo1-retention-diff'],
  ],
  [
    'diff with diffs',
    diffRetentionUnused,
    { ...global('repo1-retention-diff=7'), ...script('pgbackrest --stanza=main --type=diff backup') },
    [],
  ],
  ['full in days', fullInDays, global('# days', 'repo1-retention-full=14'), ['3: repo1-retention-full']],
  [
    'days with the type',
    fullInDays,
    global('# days', 'repo1-retention-full=14', 'repo1-retention-full-type=time'),
    [],
  ],
];

const repositories: readonly Case[] = [
  ['one path', repositoriesSharePath, global('repo1-path=/a', 'repo2-path=/a/'), ['3: /a/']],
  ['one inside the other', repositoriesSharePath, global('repo1-path=/a', 'repo2-path=/a/b'), ['3: /a/b']],
  ['neighbours', repositoriesSharePath, global('repo1-path=/a', 'repo2-path=/ab'), []],
  [
    'one prefix in two stores',
    repositoriesSharePath,
    global('repo1-path=/a', 'repo2-path=/a', 'repo2-type=s3'),
    [],
  ],
  [
    'inside the data',
    repositoryInData,
    global('repo1-path=/srv/pg/b', '[main]', 'pg1-path=/srv/pg'),
    ['2: /srv/pg/b'],
  ],
  ['beside the data', repositoryInData, global('repo1-path=/srv/pgb', '[main]', 'pg1-path=/srv/pg'), []],
  ['a plain bucket', encryptionOff, global(...s3), ['2: s3']],
  ['an encrypted bucket', encryptionOff, global(...s3, 'repo1-cipher-type=aes-256-cbc'), []],
  ['a plain disk', encryptionOff, global('repo1-path=/a'), []],
  ['block alone', blockWithoutBundle, global('repo1-block=y'), ['2: repo1-block']],
  ['block with bundle', blockWithoutBundle, global('repo1-block=y', 'repo1-bundle=y'), []],
  [
    'backups into the first only',
    repositoryWithoutBackups,
    { ...global('repo1-path=/a', 'repo2-path=/b'), ...script('pgbackrest --stanza=main backup') },
    ['3: repo2-path'],
  ],
  [
    'backups into both',
    repositoryWithoutBackups,
    {
      ...global('repo1-path=/a', 'repo2-path=/b'),
      ...script('pgbackrest --stanza=main backup', 'pgbackrest --stanza=main --repo=2 backup'),
    },
    [],
  ],
];

const hosts: readonly Case[] = [
  ['itself', hostIsItself, main('pg1-path=/a', 'pg1-host=localhost'), ['3: localhost']],
  ['another', hostIsItself, main('pg1-path=/a', 'pg2-path=/a', 'pg2-host=db2'), []],
  [
    'a loop over all',
    hostIsItself,
    main('{% for h in hosts %}', 'pg{{ loop.index }}-host={{ h }}', '{% endfor %}'),
    ['3: pg{{ loop.index }}-host'],
  ],
  [
    'a loop that leaves itself out',
    hostIsItself,
    main(
      '{% for h in hosts if h != inventory_hostname %}',
      'pg{{ loop.index }}-host={{ h }}',
      '{% endfor %}',
    ),
    [],
  ],
  ['no node here', noLocalNode, { ...main('pg1-path=/a', 'pg1-host=db'), ...pushes }, ['3: pg1-host']],
  ['a node here', noLocalNode, { ...main('pg1-path=/a', 'pg2-path=/a', 'pg2-host=db2'), ...pushes }, []],
  ['a host for backups', noLocalNode, main('pg1-path=/a', 'pg1-host=db'), []],
  ['no standby', standbyMissing, global('backup-standby=y', '[main]', 'pg1-path=/a'), ['2: backup-standby']],
  [
    'a standby',
    standbyMissing,
    global('backup-standby=y', '[main]', 'pg1-path=/a', 'pg2-path=/a', 'pg2-host=b'),
    [],
  ],
  [
    'no fallback',
    standbyRequired,
    global('backup-standby=y', '[main]', 'pg1-path=/a', 'pg2-path=/a', 'pg2-host=b'),
    ['2: backup-standby'],
    '2.55',
  ],
  [
    'a fallback',
    standbyRequired,
    global('backup-standby=prefer', '[main]', 'pg1-path=/a', 'pg2-path=/a', 'pg2-host=b'),
    [],
    '2.55',
  ],
  [
    'another stanza',
    stanzaNotConfigured,
    { ...main('pg1-path=/a'), ...script('pgbackrest --stanza=other backup') },
    ['2: other'],
  ],
  [
    'its stanza',
    stanzaNotConfigured,
    { ...main('pg1-path=/a'), ...script('pgbackrest --stanza=main backup') },
    [],
  ],
  [
    'a stanza of a template',
    stanzaNotConfigured,
    { 'pgbackrest.conf': '[{{ s }}]\npg1-path=/a\n', ...script('pgbackrest --stanza=x backup') },
    [],
  ],
  [
    'another data directory',
    dataDirectoryDiffers,
    { ...main('pg1-path=/a'), 'postgresql.conf': "data_directory = '/b'\n" },
    ['2: /a'],
  ],
  [
    'its data directory',
    dataDirectoryDiffers,
    { ...main('pg1-path=/a/'), 'postgresql.conf': "data_directory = '/a'\n" },
    [],
  ],
];

const stores: readonly Case[] = [
  [
    'a limit of the queue',
    queueMaxDropsWal,
    global('archive-push-queue-max=4GiB'),
    ['2: archive-push-queue-max'],
  ],
  ['a limit of the other queue', queueMaxDropsWal, global('archive-get-queue-max=4GiB'), []],
  ['http', endpointPlainHttp, global('repo1-s3-endpoint=http://minio:9000'), ['2: http://minio:9000']],
  ['https', endpointPlainHttp, global('repo1-s3-endpoint=https://minio:9000'), []],
  ['http, since it is spoken', endpointPlainHttp, global('repo1-s3-endpoint=http://minio:9000'), [], '2.58'],
  [
    'tags on R2',
    tagsOnR2,
    global(...s3.slice(0, 2), 'repo1-s3-endpoint=x.r2.cloudflarestorage.com', 'repo1-storage-tag=a=b'),
    ['5: repo1-storage-tag'],
    '2.48',
  ],
  ['tags on S3', tagsOnR2, global(...s3, 'repo1-storage-tag=a=b'), []],
];

const cases = [
  ...names,
  ...structure,
  ...values,
  ...together,
  ...environment,
  ...retention,
  ...repositories,
  ...hosts,
  ...stores,
];

describe('rules about configuration', () => {
  it.each(cases.map(([title, ...rest]) => ({ title, rest })))('$title', ({ rest }) => {
    const [rule, files, found, engine] = rest;
    expect(judgeRule(rule, files, engine === undefined ? {} : { engine })).toEqual(found);
  });

  it('has a case that is found and one that is not for every rule', () => {
    for (const rule of configurationRules.rules) {
      const own = cases.filter((one) => one[1] === rule);
      expect(
        own.some((one) => one[3].length > 0),
        rule.name,
      ).toBe(true);
      if (rule !== optionForOtherCommand && rule !== sectionNeverRead)
        expect(
          own.some((one) => one[3].length === 0),
          rule.name,
        ).toBe(true);
    }
  });

  it('finds nothing in a good configuration', () => {
    const files = {
      ...global(
        'repo1-path=/var/lib/pgbackrest',
        'repo1-retention-full=2',
        'repo2-type=s3',
        'repo2-path=/main',
        'repo2-s3-bucket=b',
        'repo2-s3-endpoint=s3.eu-central-1.amazonaws.com',
        'repo2-s3-region=eu-central-1',
        'repo2-s3-key={{ key }}',
        'repo2-s3-key-secret={{ secret }}',
        'repo2-cipher-type=aes-256-cbc',
        'repo2-cipher-pass={{ pass }}',
        'repo2-retention-full-type=time',
        'repo2-retention-full=14',
        'compress-type=zst',
        'start-fast=y',
        '[global:archive-push]',
        'process-max=4',
        '[main]',
        'pg1-path=/var/lib/postgresql/15/main',
      ),
      ...pushes,
      ...script(
        'pgbackrest --stanza=main --repo=1 backup',
        'pgbackrest --stanza=main --repo=2 --type=full backup',
      ),
    };
    for (const rule of configurationRules.rules) expect(judgeRule(rule, files), rule.name).toEqual([]);
  });
});
