import { expect, test } from 'vitest';
import { describeFacts, readSources } from '../../../../test/support/describe-facts.ts';

function read(...lines: readonly string[]) {
  return describeFacts(readSources({ file: 'patroni.yml', text: `${lines.join('\n')}\n` }));
}

test('reads settings and replica methods wherever Patroni has them', () => {
  const facts = read(
    'bootstrap:',
    '  dcs:',
    '    postgresql:',
    '      parameters:',
    '        archive_mode: on',
    "        archive_command: 'pgbackrest --stanza=a archive-push %p'",
    '      recovery_conf:',
    '        restore_command: pgbackrest --stanza=a archive-get %f "%p"',
    '  method: restored',
    '  restored:',
    '    command: /usr/local/bin/restore.sh --now',
    'postgresql:',
    '  create_replica_methods: [pgbackrest, basebackup]',
    '  pgbackrest:',
    '    command: pgbackrest --stanza=a --delta restore',
    '  basebackup: { max-rate: 100M }',
    '  parameters: { archive_timeout: "{{ seconds }}" }',
  );
  expect(facts).toEqual({
    documents: ['1:1 patroni'],
    serverSettings: [
      '5:9 patroni archive_mode=on',
      '6:9 patroni archive_command=pgbackrest --stanza=a archive-push %p',
      '8:9 patroni restore_command=pgbackrest --stanza=a archive-get %f "%p"',
      '17:17 patroni archive_timeout={{ seconds }}?',
    ],
    commands: [
      '11:14 replica-method /usr/local/bin/restore.sh --now',
      '15:14 replica-method pgbackrest --stanza=a --delta restore',
      '6:27 archive_command pgbackrest --stanza=a archive-push %p?',
      '8:26 restore_command pgbackrest --stanza=a archive-get %f? %p?',
    ],
  });
});

test('reads a part of it', () => {
  expect(read('archive_command: "false"', 'name: x')['serverSettings']).toEqual([
    '1:1 patroni archive_command=false',
  ]);
});
