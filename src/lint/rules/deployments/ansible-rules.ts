import type { LintRule } from '../../lint-rule.ts';
import { yamlAt, yamlText, yamlItems } from '../../readers/yaml/yaml-path.ts';
import { argumentOf, callsOf, loopOf, playVariables, taskWords, usesPatroni } from './ansible-tasks.ts';
import { textsOf } from './containers.ts';

const packageModules = ['apt', 'dnf', 'yum', 'package', 'zypper', 'apk'];

export const ansiblePackageNotPinned: LintRule = {
  name: 'ansible-package-not-pinned',
  severity: 'advice',
  title: 'pgbackrest is installed without a version',
  consequence:
    'Nodes that are set up at different times get different versions. Hosts that talk pgbackrest’s protocol must have the same, ' +
    'else every command between them ends with [039].',
  correct: 'apt:\n  name: "pgbackrest={{ pgbackrest_version }}*"\n  state: present',
  reproduction:
    '`apt-cache policy pgbackrest` shows 2.45 on Debian 12 and 2.55.1 on Debian 13: `state: present` takes what is there.',
  source: 'pgBackRest, src/protocol/client.c (greeting); ansible.builtin.apt',
  *judge(project) {
    for (const call of callsOf(project, ...packageModules)) {
      const names = [argumentOf(call, 'name', 'pkg', 'package')].flatMap((name) => name ?? []);
      const listed = [yamlAt(call.value, 'name'), yamlAt(call.value, 'pkg')].flatMap((list) =>
        yamlItems(list),
      );
      const texts = [...names, ...[...listed, ...loopOf(call)].flatMap((item) => yamlText(item) ?? [])];
      const found = texts.find((name) => name.value === 'pgbackrest');
      if (found === undefined || argumentOf(call, 'state')?.value === 'absent') continue;
      yield {
        place: found,
        problem: 'pgbackrest is installed in whatever version the repository of packages has that day',
        remedy: 'name the version, the same on all hosts.',
      };
    }
  },
};

export const ansibleVersionUnused: LintRule = {
  name: 'ansible-version-unused',
  severity: 'warning',
  title: 'a variable for the version of pgbackrest is never used',
  consequence: 'It looks as if the version were fixed, and it is not: another one is installed.',
  correct: 'apt:\n  name: "pgbackrest={{ pgbackrest_version }}*"',
  reproduction: `ansible-core 2.14 on Debian 12, a play with \`pgbackrest_version: "2.51"\` that installs the package and asks for its version:

\`\`\`
ok: [localhost] => {
    "installed.stdout": "pgBackRest 2.45"
\`\`\``,
  source: 'Ansible, Using Variables',
  *judge(project) {
    const texts = project.documents.map(({ document }) => document.root.text);
    const installs = callsOf(project, ...packageModules).some((call) =>
      /\bpgbackrest\b/.test(textsOf(call.value).join(' ')),
    );
    if (!installs) return;
    for (const { key } of playVariables(project)) {
      if (!/^pgbackrest_(package_)?version$/.test(key.value)) continue;
      const uses = new Set(texts).values().reduce((sum, text) => sum + text.split(key.value).length - 1, 0);
      if (uses > 1) continue;
      yield {
        place: key,
        problem: `${key.value} is not used by any task`,
        remedy: 'use it in the name of the package, or remove it.',
      };
    }
  },
};

export const ansibleFirstHost: LintRule = {
  name: 'ansible-first-host-is-not-leader',
  severity: 'warning',
  title: 'a command for the primary runs on the first host of the inventory',
  consequence:
    'Under Patroni the leader is whoever holds the lock, not groups[…][0]. On a standby `stanza-create` and `backup` end with ' +
    '[056] when they cannot reach the primary; after a switchover the playbook fails that worked before.',
  correct: `- uri: { url: "http://127.0.0.1:8008/primary", status_code: [200, 503] }
  register: patroni
- command: pgbackrest --stanza=main stanza-create
  when: patroni.status == 200`,
  reproduction: `pgBackRest 2.45 beside a server that is in recovery, no other host configured:

\`\`\`
$ pgbackrest --stanza=main backup
ERROR: [056]: unable to find primary cluster - cannot proceed
       HINT: are all available clusters in recovery?
\`\`\``,
  source: 'Patroni, REST API, GET /primary; pgBackRest, src/db/helper.c',
  *judge(project) {
    if (!usesPatroni(project)) return;
    for (const call of callsOf(project, 'command', 'shell')) {
      if (
        !/\bpgbackrest\b[\s\S]*\b(stanza-create|stanza-upgrade|backup|check)\b/.test(
          textsOf(call.value).join(' '),
        )
      )
        continue;
      // Without a connection to the server any host will do.
      if (/--no-online\b/.test(textsOf(call.value).join(' '))) continue;
      const when = yamlAt(call.task, 'when');
      const delegate = yamlText(yamlAt(call.task, 'delegate_to'));
      const runOnce = yamlText(yamlAt(call.task, 'run_once'));
      // A group that is called so holds the leader.
      const isFirst =
        /groups\[(?![^\]]*(?:master|primary|leader))[^\]]+\]\[0\]|groups\.(?!\w*(?:master|primary|leader))\w+\[0\]|play_hosts\[0\]/.test(
          `${textsOf(when).join(' ')} ${delegate?.value ?? ''}`,
        );
      const isOnce =
        when === undefined && delegate === undefined && /^(true|yes)$/i.test(runOnce?.value ?? '');
      if (
        (!isFirst && !isOnce) ||
        /\b(leader|primary|patroni\w*\.status)\b/i.test(taskWords(when ?? call.task).replace(/name: .*/, ''))
      )
        continue;
      yield {
        place: yamlText(when) ?? delegate ?? runOnce ?? call.module,
        problem: 'this runs on the first host, which need not be the leader',
        remedy: 'ask Patroni which node is the primary (GET /primary is 200 there) and run it on that one.',
        engineError: 56,
      };
    }
  },
};
