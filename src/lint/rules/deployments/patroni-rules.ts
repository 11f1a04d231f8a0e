import type { YamlEntry, YamlValue } from '../../facts.ts';
import type { LintProject, LintRule } from '../../lint-rule.ts';
import {
  yamlAt,
  yamlEntries,
  yamlEntry,
  yamlItems,
  yamlMaps,
  yamlText,
} from '../../readers/yaml/yaml-path.ts';
import { yamlOf } from './containers.ts';
import { archivingSettings, keysOfPostgresql } from './patroni-keys.ts';

export const patroniKeyMisplaced: LintRule = {
  name: 'patroni-key-misplaced',
  severity: 'critical',
  title: 'a key of patroni.yml stands where Patroni does not read it',
  consequence:
    'Patroni ignores keys that it does not know, without a word, `patroni --validate-config` too: archiving stays off, ' +
    'replicas are made with pg_basebackup, restore_command is not set.',
  correct: `postgresql:
  parameters:
    archive_mode: "on"
    archive_command: pgbackrest --stanza=main archive-push %p
  recovery_conf:
    restore_command: pgbackrest --stanza=main archive-get %f "%p"`,
  reproduction: `Patroni 3.0.2, a file with \`recovery_conf:\` in column 0 and \`archive_command:\` directly under \`postgresql:\`:

\`\`\`
$ patroni --validate-config patroni.yml
etcd.host 127.0.0.1:2379 didn't pass validation: '127.0.0.1:2379 is not reachable'
\`\`\`

Nothing is said of either key.`,
  source: 'Patroni 4, YAML Configuration Settings; Dynamic Configuration Settings',
  *judge(project) {
    for (const root of wholeFiles(project)) {
      for (const found of misplacedKeys(root)) {
        yield {
          place: found.entry.key,
          problem: `${found.entry.key.value} is not read ${found.where}`,
          remedy: `put it under ${found.home}.`,
        };
      }
    }
  },
};

interface Misplaced {
  readonly entry: YamlEntry;
  readonly where: string;
  readonly home: string;
}

function misplacedKeys(root: YamlValue): readonly Misplaced[] {
  const sections = [yamlAt(root, 'postgresql'), yamlAt(root, 'bootstrap', 'dcs', 'postgresql')];
  const at = (value: YamlValue | undefined, where: string, names: ReadonlySet<string>, home: string) =>
    yamlEntries(value)
      .filter(({ key }) => names.has(key.value))
      .map((entry) => ({ entry, where, home }));
  return [
    ...at(root, 'at the top of the file', keysOfPostgresql, 'postgresql:'),
    ...at(
      root,
      'at the top of the file',
      archivingSettings,
      'postgresql: parameters: (restore_command: recovery_conf:)',
    ),
    ...at(
      yamlAt(root, 'bootstrap'),
      'directly under bootstrap:',
      keysOfPostgresql,
      'bootstrap: dcs: postgresql:',
    ),
    ...at(
      yamlAt(root, 'bootstrap', 'dcs'),
      'directly under dcs:',
      keysOfPostgresql,
      'bootstrap: dcs: postgresql:',
    ),
    ...at(
      yamlAt(root, 'bootstrap', 'dcs'),
      'directly under dcs:',
      archivingSettings,
      'bootstrap: dcs: postgresql: parameters:',
    ),
    ...sections.flatMap((section) =>
      at(
        section,
        'directly under postgresql:',
        archivingSettings,
        'postgresql: parameters: (restore_command: recovery_conf:)',
      ),
    ),
  ];
}

export const patroniSettingInTwoPlaces: LintRule = {
  name: 'patroni-setting-in-two-places',
  severity: 'warning',
  title: 'an archiving setting is given in bootstrap.dcs and, with another value, in the local file',
  consequence:
    'The local file wins on that node, and the next `patronictl edit-config` changes nothing there: after a failover another ' +
    'node archives with another command, to another stanza or not at all.',
  correct:
    '# one place: the dynamic configuration\nbootstrap:\n  dcs:\n    postgresql:\n      parameters: { archive_mode: "on", … }',
  reproduction:
    'Patroni 3.0.2, patroni/config.py, `_build_effective_configuration`: the local `parameters` are put over those of the DCS.',
  source:
    'Patroni 4, Patroni configuration: "local configuration … takes precedence over dynamic configuration"',
  *judge(project) {
    for (const root of wholeFiles(project)) {
      const dynamic = yamlAt(root, 'bootstrap', 'dcs', 'postgresql', 'parameters');
      for (const { key, value } of yamlEntries(yamlAt(root, 'postgresql', 'parameters'))) {
        const local = yamlText(value);
        const other = yamlText(yamlAt(dynamic, key.value));
        if (!key.value.startsWith('archive_') || local === undefined || other === undefined) continue;
        if (local.unknown || other.unknown || local.value === other.value) continue;
        yield {
          place: local,
          problem: `${key.value} is ${local.value} here and ${other.value} in bootstrap.dcs`,
          remedy: 'keep it in the dynamic configuration only.',
        };
      }
    }
  },
};

export const patroniParameterIgnored: LintRule = {
  name: 'patroni-parameter-ignored-locally',
  severity: 'warning',
  title: 'a parameter that Patroni only takes from the DCS stands in the local file',
  consequence:
    'Patroni ignores it there: wal_level, max_connections and their like must be the same on all nodes and come from the ' +
    'dynamic configuration.',
  correct: 'bootstrap:\n  dcs:\n    postgresql:\n      parameters:\n        wal_level: replica',
  reproduction: `Patroni 3.0.2:

\`\`\`
>>> Config._process_postgresql_parameters({'wal_level': 'logical', 'archive_mode': 'on'}, is_local=True)
{'archive_mode': 'on'}
\`\`\``,
  source:
    'Patroni 4, Important rules of Patroni configuration, "PostgreSQL parameters controlled by Patroni"',
  *judge(project) {
    for (const root of wholeFiles(project)) {
      for (const { key } of yamlEntries(yamlAt(root, 'postgresql', 'parameters'))) {
        // Of those that Patroni controls, the one that decides whether WAL can be archived.
        if (key.value !== 'wal_level') continue;
        if (yamlAt(root, 'bootstrap', 'dcs', 'postgresql', 'parameters', key.value) !== undefined) continue;
        yield {
          place: key,
          problem: `${key.value} in the local parameters is ignored`,
          remedy: 'set it with `patronictl edit-config`, and in bootstrap.dcs for new clusters.',
        };
      }
    }
  },
};

export const patroniReplicaMethod: LintRule = {
  name: 'patroni-replica-method-parameters',
  severity: 'critical',
  title: 'a replica method calls pgbackrest without no_params',
  consequence:
    'Patroni adds --scope, --role, --datadir and --connstring to the command unless no_params is set. pgbackrest does not know ' +
    'them and ends with [031]: no replica is made from the repository. Without keep_data Patroni empties the data directory ' +
    'first, so that --delta has nothing to save.',
  correct: `postgresql:
  create_replica_methods: [pgbackrest, basebackup]
  pgbackrest:
    command: /usr/bin/pgbackrest --stanza=main --delta restore
    keep_data: true
    no_params: true`,
  reproduction: `What Patroni 3.0.2 calls (patroni/postgresql/bootstrap.py, create_replica), run with pgBackRest 2.45 and 2.60:

\`\`\`
$ pgbackrest --stanza=main --delta restore --scope=x --role=replica --datadir=/x --connstring=y
ERROR: [031]: invalid option '--scope=x'
\`\`\``,
  source: 'Patroni 4, Replica imaging and bootstrap, "Building replicas"',
  *judge(project) {
    for (const map of patroniMaps(project)) {
      const methods = ['create_replica_methods', 'create_replica_method'].flatMap((key) =>
        yamlItems(yamlAt(map, key)),
      );
      for (const method of methods) {
        const name = yamlText(method);
        const section = name === undefined ? undefined : yamlEntry(map, name.value);
        const command = yamlText(yamlAt(section?.value, 'command'));
        if (name === undefined || section === undefined || !/(^|\/)pgbackrest\s/.test(command?.value ?? ''))
          continue;
        yield* judgeMethod(section, command?.value ?? '');
      }
    }
  },
};

function* judgeMethod({ key, value }: YamlEntry, command: string) {
  if (!isTrue(yamlAt(value, 'no_params')))
    yield {
      place: key,
      problem: `the method ${key.value} has no no_params: true, so pgbackrest gets options that it does not know`,
      remedy: 'add `no_params: true`, and `keep_data: true` with --delta.',
      engineError: 31,
    };
  else if (/--delta\b/.test(command) && !isTrue(yamlAt(value, 'keep_data')))
    yield {
      place: key,
      severity: 'advice' as const,
      problem: `the method ${key.value} has --delta but not keep_data: Patroni empties the directory first`,
      remedy: 'add `keep_data: true`.',
    };
}

function isTrue(value: YamlValue | undefined): boolean {
  const text = yamlText(value);
  return text !== undefined && (text.unknown || /^(true|yes|on)$/i.test(text.value));
}

function patroniMaps(project: LintProject) {
  return [...yamlOf(project, 'patroni'), ...yamlOf(project, 'ansible')].flatMap((value) => [
    ...yamlMaps(value),
  ]);
}

/** Files that have sections, not the parts of them that documents and playbooks show. */
function wholeFiles(project: LintProject): readonly YamlValue[] {
  return yamlOf(project, 'patroni').filter(
    (root) =>
      yamlAt(root, 'postgresql') !== undefined &&
      (yamlAt(root, 'scope') ?? yamlAt(root, 'restapi') ?? yamlAt(root, 'bootstrap')) !== undefined,
  );
}
