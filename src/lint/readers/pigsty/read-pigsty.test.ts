import { expect, test } from 'vitest';
import { describeFacts, readSources } from '../../../../test/support/describe-facts.ts';

test('each repository of a pigsty.yml is a file for the engine', () => {
  const text = [
    'all:',
    '  vars:',
    '    pgbackrest_method: s3',
    '    pgbackrest_repo:',
    '      local: { path: /pg/backup, retention_full: 2 }',
    '      s3:',
    '        type: s3',
    '        s3_key: <KEY>',
    '        cipher_pass: ${grep_cipher}',
    '    pg_parameters: { archive_timeout: 60 }',
    '  children:',
    '    pg-meta:',
    '      vars:',
    '        node_crontab: [ "00 01 * * * postgres /pg/bin/pg-backup full" ]',
    "        pg_crontab: [ '00 02 * * * /pg/bin/pg-backup incr' ]",
    '',
  ].join('\n');
  expect(describeFacts(readSources({ file: 'pigsty.yml', text }))).toEqual({
    documents: [
      '1:1 pigsty',
      '5:14 pigsty pgbackrest_repo.local',
      '7:1 pigsty pgbackrest_repo.s3',
      '14:26 crontab /etc/crontab',
      '15:24 crontab pg_crontab',
    ],
    engineSettings: [
      '5:16 pigsty [global] repo1-path=/pg/backup',
      '5:34 pigsty [global] repo1-retention-full=2',
      '7:9 pigsty [global] repo1-type=s3',
      '8:9 pigsty [global] repo1-s3-key=<KEY>?',
      '9:9 pigsty [global] repo1-cipher-pass=${grep_cipher}?',
    ],
    serverSettings: ['10:22 patroni archive_timeout=60'],
    commands: ['14:47 schedule /pg/bin/pg-backup full', '15:36 schedule /pg/bin/pg-backup incr'],
    schedules: ['14:26 (00 01 * * *) /pg/bin/pg-backup full', '15:24 (00 02 * * *) /pg/bin/pg-backup incr'],
  });
});

test('a program that writes a pigsty.yml says the same; its variables are not known', () => {
  const text = [
    'def update(all_vars, bucket):',
    '    all_vars["pgbackrest_repo"]["s3"] = {',
    '        "s3_bucket": bucket,  # from outside',
    '        "retention_full": 14,',
    "        'cipher_type': 'aes-256-cbc',",
    '    }',
    '    meta["node_crontab"].append(',
    '        "00 01 * * * postgres /pg/bin/pg-backup full"',
    '    )',
    '',
  ].join('\n');
  expect(describeFacts(readSources({ file: 'update.py', text }))).toEqual({
    documents: ['1:1 python', '2:41 pigsty pgbackrest_repo.s3', '8:10 crontab /etc/crontab'],
    engineSettings: [
      '3:10 python [global] repo1-s3-bucket=bucket?',
      '4:10 python [global] repo1-retention-full=14',
      '5:10 python [global] repo1-cipher-type=aes-256-cbc',
    ],
    commands: ['8:31 schedule /pg/bin/pg-backup full'],
    schedules: ['8:10 (00 01 * * *) /pg/bin/pg-backup full'],
  });
});

test('a program may write all repositories at once', () => {
  const text = [
    'config = {',
    '    "pgbackrest_repo": {  # } not here',
    '        "local": {"path": "/pg/{backup}"},',
    '        "s3": {"type": "s3"},',
    '    },',
    '}',
    'all_vars["pgbackrest_repo"] = {',
    '',
  ].join('\n');
  const facts = describeFacts(readSources({ file: 'update.py', text }));
  expect(facts['engineSettings']).toEqual([
    '3:20 python [global] repo1-path=/pg/{backup}',
    '4:17 python [global] repo1-type=s3',
  ]);
});
