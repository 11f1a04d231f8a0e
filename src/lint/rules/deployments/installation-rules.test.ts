import { expect, test } from 'vitest';
import { judgeRule } from '../../../../test/support/judge-rule.ts';
import { installationMayFail, repositoryWritableByAll } from './installation-rules.ts';

const install = 'apt-get install -y pgbackrest';
const docker = (line: string) => ({ Dockerfile: `FROM postgres:17-bookworm\nRUN ${line}\n` });

test.each([
  `${install} || true`,
  `${install} && rm -rf /var/lib/apt/lists/* || :`,
  `${install} || echo skipped`,
])('%s may fail unseen', (line) => {
  expect(judgeRule(installationMayFail, docker(line))).toEqual([`2: ${install}`]);
});

test.each([
  install,
  `${install} || (apt-get update && ${install})`,
  `${install} || { echo failed && exit 1; }`,
  'apt-get install -y vim || true',
])('%s fails where it should', (line) => {
  expect(judgeRule(installationMayFail, docker(line))).toEqual([]);
});

test('directories that everybody may write to are found', () => {
  expect(judgeRule(repositoryWritableByAll, docker('chmod -R 777 /var/lib/pgbackrest'))).toHaveLength(1);
  expect(
    judgeRule(repositoryWritableByAll, { 'a.sh': 'sudo chmod a+rwx /var/log/pgbackrest/\n' }),
  ).toHaveLength(1);
  const task =
    '- hosts: db\n  tasks:\n    - file: { path: /srv/pgbackrest, state: directory, mode: "0777" }\n';
  expect(judgeRule(repositoryWritableByAll, { 'play.yml': task })).toEqual(['3: /srv/pgbackrest']);
  const conf = { 'pgbackrest.conf': '[global]\nrepo1-path=/mnt/x\n', 'a.sh': 'chmod 777 /mnt/x\n' };
  expect(judgeRule(repositoryWritableByAll, conf)).toHaveLength(1);
});

test.each([
  'chmod 750 /var/lib/pgbackrest',
  'chmod 1777 /tmp/pgbackrest',
  'chmod 777 /srv/www',
  'chmod 770 /var/lib/pgbackrest',
  'chmod g+w /var/lib/pgbackrest',
])('%s is left alone', (line) => {
  expect(judgeRule(repositoryWritableByAll, docker(line))).toEqual([]);
});
