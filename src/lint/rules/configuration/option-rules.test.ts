import { describe } from 'vitest';
import { bucket, global, main, type RuleCase, tryCases } from '../../../../test/support/rule-cases.ts';
import { lineUnreadable, optionTwice } from './file-structure.ts';
import {
  compressSuperseded,
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
import { nameRules } from './option-names.ts';
import { structureRules } from './file-structure.ts';
import { sectionRules } from './option-sections.ts';
import { valueRules } from './option-values.ts';
import { togetherRules } from './options-together.ts';

const names: readonly RuleCase[] = [
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
  ['old compression', compressSuperseded, global('compress=n'), ['2: compress']],
  ['new compression', compressSuperseded, global('compress-type=none', 'compress-level=3'), []],
];

const structure: readonly RuleCase[] = [
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
    'options for their commands',
    optionForOtherCommand,
    { 'pgbackrest.conf': '[global:backup]\ncompress-type=zst\n[main:archive-push]\nprocess-max=2\n' },
    [],
  ],
  [
    'sections that are read',
    sectionNeverRead,
    { 'pgbackrest.conf': '[global]\ndelta=y\n[{{ s }}:backup]\nprocess-max=2\n[Main]\npg1-path=/a\n' },
    [],
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

const values: readonly RuleCase[] = [
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

const together: readonly RuleCase[] = [
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
      ...bucket.map((line) => line.replace('bucket=b', 'bucket=a.b')),
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
  ['a secret from elsewhere', optionMissing, global(...bucket), []],
];

describe('rules about options', () => {
  tryCases(
    [...nameRules, ...structureRules, ...sectionRules, ...valueRules, ...togetherRules],
    [...names, ...structure, ...values, ...together],
  );
});
