import { expect, test } from 'vitest';
import { describeFacts, readSources } from '../../../../test/support/describe-facts.ts';

function read(...lines: readonly string[]) {
  return describeFacts(readSources({ file: 'x.yaml', text: `${lines.join('\n')}\n` }));
}

test('reads the files of a ConfigMap and of a Secret', () => {
  const facts = read(
    'apiVersion: v1',
    'kind: ConfigMap',
    'data:',
    '  pgbackrest.conf: |',
    '    [global]',
    '    repo1-path=/x',
    '  backup.sh: |-',
    '    #!/bin/sh',
    '    pgbackrest --stanza=db \\',
    '      backup',
    '  word: value',
    '---',
    'apiVersion: v1',
    'kind: Secret',
    'stringData:',
    '  s3.conf: "[global]\\nrepo1-s3-key=x\\n"',
    'data:',
    '  other.conf: W2dsb2JhbF0K',
  );
  expect(facts['documents']).toEqual([
    '1:1 kubernetes',
    '5:5 pgbackrest-conf pgbackrest.conf',
    '8:5 shell backup.sh',
    '16:13 pgbackrest-conf s3.conf',
  ]);
  expect(facts['commands']).toEqual(['8:5 shell pgbackrest --stanza=db backup']);
});

test('reads a CronJob: when, in which zone, what, with which variables', () => {
  const facts = read(
    'apiVersion: batch/v1',
    'kind: CronJob',
    'metadata: { name: full }',
    'spec:',
    '  schedule: "0 2 * * *"',
    '  timeZone: Etc/UTC',
    '  jobTemplate:',
    '    spec:',
    '      template:',
    '        spec:',
    '          containers:',
    '            - command: ["/bin/bash", "-c"]',
    '              args:',
    '                - >-',
    '                  pgbackrest --stanza=$(STANZA)',
    '                  backup',
    '              env:',
    '                - { name: STANZA, value: db }',
    '                - name: PGBACKREST_REPO1_S3_KEY',
    '                  valueFrom: { secretKeyRef: { name: a, key: b } }',
    '              readinessProbe: { exec: { command: [pgbackrest, info] } }',
  );
  expect(facts).toEqual({
    documents: ['1:1 kubernetes'],
    variables: ['18:27 kubernetes STANZA=db', '19:25 kubernetes PGBACKREST_REPO1_S3_KEY=?'],
    commands: ['12:26 container pgbackrest --stanza=${STANZA}? backup', '21:51 container pgbackrest info'],
    schedules: ['1:1 full (0 2 * * *) Etc/UTC pgbackrest --stanza=${STANZA}? backup'],
  });
});

test('what a CronJob runs is one of the lists of commands', () => {
  const text = [
    'apiVersion: batch/v1',
    'kind: CronJob',
    'spec:',
    '  schedule: "0 2 * * *"',
    '  jobTemplate: { spec: { template: { spec: { containers: [{ args: [pgbackrest, backup] }] } } } }',
    '',
  ].join('\n');
  const { commandLists, schedules } = readSources({ file: 'x.yaml', text });
  expect(commandLists).toHaveLength(1);
  expect(schedules[0]?.commands).toBe(commandLists[0]);
});

test('reads the rules of a PrometheusRule as a rule file', () => {
  const facts = read(
    'apiVersion: monitoring.coreos.com/v1',
    'kind: PrometheusRule',
    'spec:',
    '  groups:',
    '    - name: backup',
    '      rules: [{ alert: Old, expr: pgbackrest_age > 1 }]',
  );
  expect(facts['documents']).toEqual(['1:1 kubernetes', '5:1 prometheus-rules spec.groups']);
});

test("reads an operator's cluster", () => {
  const facts = read(
    'apiVersion: postgres-operator.crunchydata.com/v1beta1',
    'kind: PostgresCluster',
    'spec:',
    '  patroni: { dynamicConfiguration: { postgresql: { parameters: { archive_timeout: 60 } } } }',
    '  backups:',
    '    pgbackrest:',
    '      global:',
    '        repo1-retention-full: "14"',
    '      repos:',
    '        - name: repo1',
    '          schedules: { full: "0 1 * * 0", differential: "0 1 * * 1-6" }',
    '        - name: repo2',
    '          s3: { bucket: b, region: r }',
  );
  expect(facts).toEqual({
    documents: ['1:1 kubernetes'],
    engineSettings: [
      '8:9 operator [global] repo1-retention-full=14',
      '13:17 operator [global] repo2-s3-bucket=b',
      '13:28 operator [global] repo2-s3-region=r',
    ],
    serverSettings: ['4:66 patroni archive_timeout=60'],
    schedules: ['11:24 repo1 full (0 1 * * 0) full', '11:43 repo1 differential (0 1 * * 1-6) diff'],
  });
});
