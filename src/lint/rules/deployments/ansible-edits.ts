import type { YamlValue } from '../../facts.ts';
import { LintDocument, type PlacedText } from '../../lint-document.ts';
import type { LintProject, LintRule } from '../../lint-rule.ts';
import { readYaml } from '../../readers/yaml/read-yaml.ts';
import { yamlAt, yamlEntries, yamlMaps, yamlText } from '../../readers/yaml/yaml-path.ts';
import { argumentOf, callsOf, loopOf, type ModuleCall } from './ansible-tasks.ts';
import { yamlOf } from './containers.ts';
import { patroniTopLevelKeys } from './patroni-keys.ts';

export const ansibleBlockAtTopLevel: LintRule = {
  name: 'ansible-block-loses-indent',
  severity: 'critical',
  title: 'blockinfile writes keys of a section at the beginning of the line',
  consequence:
    'YAML takes the indentation of the playbook off the block, so that its first key stands in column 0 of the file. There it is ' +
    'no part of `postgresql:` but a new section, which ends the one it was put into: `postgresql:` is empty, or the file is ' +
    'no YAML any more. The next start of Patroni fails on that node, and when the playbook restarts all, on all.',
  correct: `blockinfile:
  block: |2          # the indentation that is to be taken off
      recovery_conf:
        restore_command: …
# better: a template of the whole file, or patronictl edit-config`,
  reproduction: `ansible-core 2.14, a patroni.yml with a section \`postgresql:\`, \`block: |\` with \`recovery_conf:\` under it, \`insertafter:
"postgresql:"\`:

\`\`\`
localhost : ok=2  changed=2  unreachable=0  failed=0
$ cat patroni.yml
postgresql:
  # BEGIN pgBackRest recovery configuration
recovery_conf:
  restore_command: 'pgbackrest --stanza=x archive-get %f "%p"'
  # END pgBackRest recovery configuration
  listen: 127.0.0.1:5432
$ python3 -c "import yaml; print(yaml.safe_load(open('patroni.yml'))['postgresql'])"
None
\`\`\``,
  source: 'YAML 1.2.2, 8.1.1.1 Block Indentation Indicator; ansible.builtin.blockinfile',
  *judge(project) {
    for (const call of callsOf(project, 'blockinfile')) {
      const path = argumentOf(call, 'path', 'dest', 'destfile', 'name');
      const block = argumentOf(call, 'block', 'content');
      if (path === undefined || block === undefined || !isPatroniFile(path.value)) continue;
      const wrong = firstMisplacedKey(block);
      if (wrong === undefined) continue;
      yield {
        place: wrong,
        problem: `${wrong.value} will stand in column 0 of ${path.value}, outside of every section`,
        remedy:
          'keep the indentation with `block: |2` and deeper lines, or write the whole file with `template`, or use ' +
          '`patronictl edit-config`.',
      };
    }
  },
};

function firstMisplacedKey(block: PlacedText): PlacedText | undefined {
  const document = new LintDocument(block.document.file, { kind: 'patroni', text: block.value });
  const [root] = readYaml(document).values;
  const entry = yamlEntries(root).find(({ key }) => !patroniTopLevelKeys.has(key.value));
  if (entry === undefined || /^\s/.test(block.value)) return undefined;
  // The first place where the key is written in the block; a block scalar keeps its words.
  const source = block.document.text.slice(block.start, block.end);
  const at = source.indexOf(entry.key.value);
  const start = block.start + Math.max(at, 0);
  return { ...entry.key, document: block.document, start, end: start + entry.key.value.length };
}

export const ansibleEditsYamlByLine: LintRule = {
  name: 'ansible-edits-yaml-by-line',
  severity: 'warning',
  title: 'lineinfile edits settings of a patroni.yml',
  consequence:
    'lineinfile knows no sections: the line is put after the last line that matches, with the indentation that the playbook ' +
    'guessed. In a file in which `parameters:` stands elsewhere or deeper the result is no YAML, or sets nothing; where ' +
    'nothing matches the line goes to the end of the file. And what stands under bootstrap.dcs is read once, when the ' +
    'cluster is made: later edits of it have no effect.',
  correct: `- command: patronictl -c /etc/patroni/patroni.yml edit-config --force --apply -
  args: { stdin: "{{ {'postgresql': {'parameters': archive_parameters}} | to_nice_yaml }}" }
  run_once: true`,
  reproduction: `ansible-core 2.14; \`line: '    archive_mode: "on"'\`, \`insertafter: '  parameters:'\` on a patroni.yml whose parameters are under
bootstrap.dcs:

\`\`\`
bootstrap:
  dcs:
    postgresql:
      parameters:
    archive_mode: "on"
        max_connections: 100
$ python3 -c "import yaml; yaml.safe_load(open('patroni.yml'))"
expected <block end>, but found '<block mapping start>'
\`\`\``,
  source:
    'ansible.builtin.lineinfile, insertafter: the last match is used; Patroni, Dynamic Configuration Settings',
  *judge(project) {
    for (const call of callsOf(project, 'lineinfile')) {
      const path = argumentOf(call, 'path', 'dest', 'destfile', 'name');
      if (path === undefined || !isPatroniFile(path.value) || !setsArchiving(call)) continue;
      yield {
        place: call.module,
        problem: `lineinfile puts lines into ${path.value} without regard to its sections`,
        remedy: 'set them with `patronictl edit-config`, or write the whole file with `template`.',
      };
    }
  },
};

function setsArchiving(call: ModuleCall): boolean {
  const lines = [argumentOf(call, 'line'), ...loopOf(call).flatMap(textsOfItem)];
  return lines.some(
    (line) => line !== undefined && /\b(archive|restore|recovery|wal)_\w+\s*:/.test(line.value),
  );
}

function textsOfItem(item: YamlValue): readonly PlacedText[] {
  const direct = yamlText(item);
  if (direct !== undefined) return [direct];
  return yamlEntries(item).flatMap(({ value }) => yamlText(value) ?? []);
}

export const ansibleRestartsPatroni: LintRule = {
  name: 'ansible-restarts-patroni',
  severity: 'warning',
  title: 'a playbook restarts Patroni on every node',
  consequence:
    'Restarting the service of the leader stops the server and may hand over the cluster; where the edited file is broken it ' +
    'does not come back, on one node after the other. archive_command only needs a reload, and archive_mode a restart of ' +
    'PostgreSQL by Patroni, replicas first.',
  correct:
    '- command: patronictl -c /etc/patroni/patroni.yml restart CLUSTER --pending --force\n  run_once: true',
  reproduction: `With the patroni.yml that the rule \`ansible-block-loses-indent\` shows:

\`\`\`
$ patroni patroni.yml
  in "patroni.yml", line 3, column 5
expected <block end>, but found '<block mapping start>'
\`\`\``,
  source: 'Patroni, patronictl restart --pending; Dynamic Configuration Settings',
  *judge(project) {
    for (const call of callsOf(project, 'systemd', 'systemd_service', 'service')) {
      const name = argumentOf(call, 'name', 'unit', 'service');
      const state = argumentOf(call, 'state');
      if (name?.value.replace(/\.service$/, '') !== 'patroni' || state?.value !== 'restarted') continue;
      if (yamlAt(call.task, 'when') !== undefined || isChosen(project, call)) continue;
      // `restarted` is how a service is started the first time, too.
      if (/^start\b/i.test(yamlText(yamlAt(call.task, 'name'))?.value ?? '')) continue;
      yield {
        place: state,
        problem: 'Patroni is restarted on each node of the play, the leader among them',
        remedy:
          'reload it, or restart PostgreSQL where it is pending with `patronictl restart CLUSTER --pending`.',
      };
    }
  },
};

/** A handler, which only runs where something changed, or a task in a block that has a condition. */
function isChosen(project: LintProject, { task }: ModuleCall): boolean {
  if (/(^|\/)handlers\//.test(task.place.document.file)) return true;
  const around = yamlOf(project, 'ansible')
    .flatMap((value) => [...yamlMaps(value)])
    .filter((map) => yamlAt(map, 'handlers') !== undefined || yamlAt(map, 'when') !== undefined);
  return around.some((map) =>
    [...yamlMaps(yamlAt(map, 'handlers')), ...yamlMaps(yamlAt(map, 'block'))].includes(task),
  );
}

function isPatroniFile(path: string): boolean {
  return /patroni[^/]*\.ya?ml$|\/patroni\/[^/]*\.ya?ml$/.test(path);
}
