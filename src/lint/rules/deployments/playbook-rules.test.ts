import { describe, expect, it } from 'vitest';
import { judgeRule } from '../../../../test/support/judge-rule.ts';
import type { LintRule } from '../../lint-rule.ts';
import { ansibleBlockAtTopLevel, ansibleEditsYamlByLine, ansibleRestartsPatroni } from './ansible-edits.ts';
import { ansibleFirstHost, ansiblePackageNotPinned, ansibleVersionUnused } from './ansible-rules.ts';
import { deploymentRules } from './deployment-rules.ts';
import {
  patroniKeyMisplaced,
  patroniParameterIgnored,
  patroniReplicaMethod,
  patroniSettingInTwoPlaces,
} from './patroni-rules.ts';

const play = (tasks: string, variables = '') => ({
  'playbook.yml': `- hosts: postgres\n  become: true\n${variables}  tasks:\n${tasks}`,
});
const patroni = (text: string) => ({ 'patroni.yml': text });

const goodPlay = play(
  `    - apt:
        name: "pgbackrest={{ pgbackrest_version }}*"
    - name: Configuration of Patroni
      template: { src: patroni.yml.j2, dest: /etc/patroni/patroni.yml }
    - command: pgbackrest --stanza=main stanza-create
      when: patroni_primary.status == 200
    - blockinfile:
        path: /etc/patroni/patroni.yml
        insertafter: "^postgresql:"
        block: |2
            recovery_conf:
              restore_command: pgbackrest --stanza=main archive-get %f "%p"
    - systemd: { name: patroni, state: started }
`,
  '  vars:\n    pgbackrest_version: "2.58"\n',
);
const goodPatroni = patroni(`scope: main
bootstrap:
  dcs:
    postgresql:
      parameters: { archive_mode: "on", wal_level: replica }
postgresql:
  parameters: { unix_socket_directories: /run/postgresql }
  create_replica_methods: [pgbackrest, basebackup]
  pgbackrest:
    command: /usr/bin/pgbackrest --stanza=main --delta restore
    keep_data: true
    no_params: true
`);

describe('rules about playbooks and Patroni', () => {
  it.each(deploymentRules.rules.map((rule) => [rule.name, rule] as const))(
    '%s says nothing of what is right',
    (_, rule) => {
      for (const files of [goodPlay, goodPatroni]) expect(judgeRule(rule, files)).toEqual([]);
    },
  );

  it.each<[string, LintRule, Record<string, string>, string[]]>([
    [
      'Patroni restarted where something changed',
      ansibleRestartsPatroni,
      {
        'playbook.yml':
          '- hosts: a\n  handlers:\n    - name: again\n      systemd: { name: patroni, state: restarted }\n  tasks:\n    - when: first\n      block:\n        - systemd: { name: patroni, state: restarted }\n',
      },
      [],
    ],
    [
      'a stanza made without a connection',
      ansibleFirstHost,
      play(
        `    - name: under patroni\n      command: pgbackrest --stanza=main --no-online stanza-create\n      when: inventory_hostname == groups['db'][0]\n`,
      ),
      [],
    ],
    [
      'the first host of a group of primaries',
      ansibleFirstHost,
      play(
        `    - name: under patroni\n      command: pgbackrest --stanza=main stanza-create\n      when: inventory_hostname == groups['primary'][0]\n`,
      ),
      [],
    ],
    [
      'a block that loses its indent',
      ansibleBlockAtTopLevel,
      play(
        `    - blockinfile:\n        path: /etc/patroni/patroni.yml\n        block: |\n          recovery_conf:\n            restore_command: x\n`,
      ),
      ['7: recovery_conf'],
    ],
    [
      'a block of another file',
      ansibleBlockAtTopLevel,
      play(`    - blockinfile:\n        path: /etc/hosts\n        block: |\n          recovery_conf: x\n`),
      [],
    ],
    [
      'a whole section',
      ansibleBlockAtTopLevel,
      play(
        `    - blockinfile:\n        path: /etc/patroni/patroni.yml\n        block: |\n          watchdog:\n            mode: off\n`,
      ),
      [],
    ],
    [
      'lines into a patroni.yml',
      ansibleEditsYamlByLine,
      play(
        `    - lineinfile:\n        path: /etc/patroni/patroni.yml\n        line: "{{ item.line }}"\n      loop:\n        - { line: '    archive_mode: "on"' }\n`,
      ),
      ['4: lineinfile'],
    ],
    [
      'a line into a postgresql.conf',
      ansibleEditsYamlByLine,
      play(
        `    - lineinfile: { path: /etc/postgresql/15/main/postgresql.conf, line: "archive_mode = on" }\n`,
      ),
      [],
    ],
    [
      'Patroni restarted',
      ansibleRestartsPatroni,
      play(`    - systemd: { name: patroni, state: restarted }\n`),
      ['4: restarted'],
    ],
    [
      'Patroni reloaded',
      ansibleRestartsPatroni,
      play(`    - systemd: { name: patroni, state: reloaded }\n`),
      [],
    ],
    [
      'the first host under Patroni',
      ansibleFirstHost,
      play(
        `    - name: under patroni\n      command: pgbackrest --stanza=main stanza-create\n      run_once: true\n      when: inventory_hostname == groups['db'][0]\n`,
      ),
      ["7: inventory_hostname == groups['db'][0]"],
    ],
    [
      'the first host without Patroni',
      ansibleFirstHost,
      play(
        `    - command: pgbackrest --stanza=main stanza-create\n      when: inventory_hostname == groups['db'][0]\n`,
      ),
      [],
    ],
    [
      'packages without a version',
      ansiblePackageNotPinned,
      play(`    - apt:\n        name: [postgresql-17, pgbackrest]\n        state: present\n`),
      ['5: pgbackrest'],
    ],
    [
      'a package that goes',
      ansiblePackageNotPinned,
      play(`    - apt: { name: pgbackrest, state: absent }\n`),
      [],
    ],
    [
      'a version that nobody uses',
      ansibleVersionUnused,
      play(`    - apt: { name: pgbackrest }\n`, '  vars:\n    pgbackrest_version: "2.51"\n'),
      ['4: pgbackrest_version'],
    ],
    [
      'keys in the wrong place',
      patroniKeyMisplaced,
      patroni(
        'scope: x\nrecovery_conf:\n  restore_command: y\npostgresql:\n  archive_command: z\n  parameters: {}\n',
      ),
      ['2: recovery_conf', '5: archive_command'],
    ],
    [
      'one setting, two values',
      patroniSettingInTwoPlaces,
      patroni(
        'bootstrap:\n  dcs:\n    postgresql:\n      parameters: { archive_timeout: 60 }\npostgresql:\n  parameters: { archive_timeout: 300 }\n',
      ),
      ['6: 300'],
    ],
    [
      'wal_level in the local file',
      patroniParameterIgnored,
      patroni('scope: x\npostgresql:\n  parameters: { wal_level: logical }\n'),
      ['3: wal_level'],
    ],
    [
      'a method with parameters',
      patroniReplicaMethod,
      patroni(
        'postgresql:\n  create_replica_methods: [pgbackrest]\n  pgbackrest:\n    command: pgbackrest --stanza=main --delta restore\n    keep_data: true\n',
      ),
      ['3: pgbackrest'],
    ],
    [
      'a method that is a script, which takes parameters',
      patroniReplicaMethod,
      patroni(
        'postgresql:\n  create_replica_methods: [wal_e]\n  wal_e:\n    command: /usr/local/bin/wale_restore.sh\n',
      ),
      [],
    ],
  ])('%s', (_, rule, files, expected) => {
    expect(judgeRule(rule, files)).toEqual(expected);
  });
});
