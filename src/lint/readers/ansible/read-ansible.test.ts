import { expect, test } from 'vitest';
import { describeFacts, readSources } from '../../../../test/support/describe-facts.ts';

function read(...lines: readonly string[]) {
  return describeFacts(readSources({ file: 'tasks/main.yml', text: `${lines.join('\n')}\n` }));
}

test('reads commands of tasks, in blocks and handlers too', () => {
  const facts = read(
    '- hosts: db',
    '  tasks:',
    '    - block:',
    '        - ansible.builtin.shell: |',
    '            pgbackrest --stanza={{ stanza }} check',
    '            echo done',
    '          args: { chdir: / }',
    '    - command:',
    '        argv: [pgbackrest, "--stanza=a b", backup]',
    '    - raw: id',
    '    - command: >-',
    '        pgbackrest --stanza=a',
    '          --log-level-console=info',
    '          check',
    '  handlers:',
    '    - command: { cmd: pgbackrest info }',
  );
  expect(facts['commands']).toEqual([
    '5:13 task pgbackrest --stanza={{ stanza }}? check ; echo done',
    '9:16 task pgbackrest --stanza=a b backup',
    '10:12 task id',
    '12:9 task pgbackrest --stanza=a --log-level-console=info check',
    '16:23 task pgbackrest info',
  ]);
});

test('reads cron tasks in both ways of giving arguments', () => {
  const facts = read(
    '- name: full',
    '  cron: { name: full, minute: "0", hour: "2", weekday: "0", job: pgbackrest --stanza=a backup }',
    '- cron: name=incr minute=5 job="pgbackrest --stanza=a --type=incr backup"',
    '- cron: { special_time: daily, job: "{{ job }}" }',
    '- cron: { name: old, state: absent, job: x }',
  );
  expect(facts['schedules']).toEqual([
    '1:3 full (0 2 * * 0) pgbackrest --stanza=a backup',
    '3:3 incr (5 * * * *) pgbackrest --stanza=a --type=incr backup',
    '4:3 (@daily) {{ job }}?',
  ]);
});

test('reads what is written into files', () => {
  const facts = read(
    '- copy:',
    '    dest: /etc/pgbackrest.conf',
    '    content: |',
    '      [global]',
    '- blockinfile:',
    '    path: /etc/patroni/patroni.yml',
    '    block: |',
    '      recovery_conf:',
    '        restore_command: pgbackrest --stanza=a archive-get %f "%p"',
    '- lineinfile: { path: /etc/cron.d/x, line: "0 3 * * * postgres pgbackrest backup" }',
    '- lineinfile: { path: /etc/hosts, line: "127.0.0.1 db" }',
    '- template: { src: pgbackrest.conf.j2, dest: /etc/pgbackrest.conf }',
  );
  expect(facts['documents']).toEqual([
    '1:1 ansible',
    '4:7 pgbackrest-conf /etc/pgbackrest.conf',
    '8:7 patroni /etc/patroni/patroni.yml',
    '10:45 crontab /etc/cron.d/x',
  ]);
  expect(facts['serverSettings']).toEqual([
    '9:9 patroni restore_command=pgbackrest --stanza=a archive-get %f "%p"',
  ]);
});

test('reads settings in lines, also those of a loop', () => {
  const facts = read(
    '- lineinfile:',
    '    path: /etc/patroni/patroni.yml',
    '    line: "{{ item.line }}"',
    '  loop:',
    `    - { line: '    archive_mode: "on"' }`,
    `    - line: "  archive_command: 'cp %p ''/a b/%f'''"`,
    '- lineinfile: { path: x, line: "archive_timeout = 60" }',
    '- lineinfile: { path: x, line: "log_statement = all" }',
    '- postgresql_set: { name: wal_level, value: minimal }',
  );
  expect(facts['serverSettings']).toEqual([
    '5:20 ansible archive_mode=on',
    "6:16 ansible archive_command=cp %p '/a b/%f'",
    '7:33 ansible archive_timeout=60',
    '9:27 ansible wal_level=minimal',
  ]);
});

test('one of several files that tasks choose from is one file', () => {
  const task = (type: string) => [
    '- set_fact:',
    '    pgbackrest_conf:',
    `      global: [{ option: repo1-type, value: ${type} }]`,
    `  when: storage == "${type}"`,
  ];
  const text = [...task('s3'), ...task('gcs'), ''].join('\n');
  const { engineFiles } = readSources({ file: 'tasks/main.yml', text });
  expect(engineFiles.map(({ settings }) => settings.map(({ value }) => value.value))).toEqual([
    ['s3'],
    ['gcs'],
  ]);
});

test('reads options in lists of roles and in ini_file', () => {
  const facts = read(
    'pgbackrest_stanza: main',
    'pgbackrest_conf:',
    '  global:',
    '    - { option: repo1-path, value: /x }',
    '  stanza:',
    '    - { option: pg1-path, value: "{{ data }}" }',
    'postgresql_parameters:',
    '  - { option: archive_mode, value: "on" }',
    '  - { option: work_mem, value: 4MB }',
  );
  expect(facts['engineSettings']).toEqual([
    '4:17 conf [global] repo1-path=/x',
    '6:17 conf [main] pg1-path={{ data }}?',
  ]);
  expect(facts['serverSettings']).toEqual(['8:15 ansible archive_mode=on']);
  expect(
    read(
      '- community.general.ini_file: { path: /etc/pgbackrest.conf, section: global, option: repo1-path, value: /y }',
      '- ini_file: { path: /etc/my.cnf, section: global, option: a, value: b }',
    )['engineSettings'],
  ).toEqual(['1:86 conf [global] repo1-path=/y']);
});
