import type { YamlValue } from '../../facts.ts';
import type { LintProject, LintRule } from '../../lint-rule.ts';
import { readEngineInvocation } from '../../readers/shell/read-engine-invocation.ts';
import { yamlAt, yamlEntry, yamlItems, yamlMaps, yamlText } from '../../readers/yaml/yaml-path.ts';
import { textsOf } from './containers.ts';

export const consulScriptCheck: LintRule = {
  name: 'consul-check-script',
  severity: 'critical',
  title: 'a Consul check uses `script`, which is gone since Consul 1.1',
  consequence:
    'Consul refuses the definition and the check does not exist: nothing watches the backups. Checks that run programs also ' +
    'need enable_local_script_checks on the agent, and run as its user, which must be able to read pgbackrest’s files.',
  correct: '"args": ["/usr/local/bin/check-pgbackrest-backup"], "interval": "1h", "timeout": "60s"',
  reproduction: 'Read, not run: Debian 12 has no Consul. The removal is in the changelog of 1.1.0.',
  source: 'Consul, CHANGELOG 1.1.0 ("The deprecated script field is removed"); Consul, Define health checks',
  *judge(project) {
    for (const check of checksOf(project)) {
      const script = yamlEntry(check, 'script');
      if (script === undefined) continue;
      yield {
        place: script.key,
        problem: '`script` is gone since Consul 1.1; the check would not load',
        remedy:
          'write `"args": ["PROGRAM", "ARGUMENT"]`, and set enable_local_script_checks = true on the agent.',
      };
    }
  },
};

export const consulCheckSwitchesWal: LintRule = {
  name: 'monitor-switches-wal',
  severity: 'warning',
  title: 'a monitor runs `pgbackrest check`, which switches a WAL segment each time',
  consequence:
    '`check` makes the server finish its WAL segment and waits until it is archived: every ten minutes, that is 144 segments of ' +
    '16 MB a day that hold nothing. On a standby it fails when the primary cannot be reached.',
  correct: 'pgbackrest info --output=json   # and pg_stat_archiver: look, do not touch',
  reproduction: `pgBackRest 2.45, PostgreSQL 15, nothing else running:

\`\`\`
select pg_walfile_name(pg_current_wal_lsn());  -- 00000001000000000000004A
$ pgbackrest --stanza=main check
select pg_walfile_name(pg_current_wal_lsn());  -- 00000001000000000000004B
\`\`\``,
  source: 'pgBackRest, src/command/check/check.c: pg_switch_wal()',
  *judge(project) {
    const scripts = scriptsThatCheck(project);
    for (const check of checksOf(project)) {
      const command = yamlAt(check, 'args') ?? yamlAt(check, 'script');
      const interval = yamlText(yamlAt(check, 'interval'));
      if (command === undefined || interval === undefined || interval.unknown) continue;
      const seconds = durationOf(interval.value);
      if (seconds === undefined || seconds >= 86_400) continue;
      const words = textsOf(command).join(' ').split(/\s+/);
      const isCheck =
        words.some((word) => scripts.has(word)) || /pgbackrest\b.*\scheck\b/.test(words.join(' '));
      if (!isCheck) continue;
      yield {
        place: interval,
        problem: `every ${interval.value} this runs \`pgbackrest check\`, which switches a WAL segment`,
        remedy:
          'watch passively with `info --output=json` and pg_stat_archiver, and run check after changes only.',
      };
    }
  },
};

export const servicePortWithoutListener: LintRule = {
  name: 'consul-port-without-listener',
  severity: 'warning',
  title: 'a service is registered at pgbackrest’s port, on which nothing listens',
  consequence:
    '8432 is the port of `pgbackrest server`. Where that does not run, whoever asks for the service gets an address that refuses ' +
    'the connection.',
  correct: '"service": { "name": "pgbackrest" }   # without a port, or start `pgbackrest server`',
  reproduction: `A machine with pgBackRest 2.45 and a running PostgreSQL that archives:

\`\`\`
$ ss -ltn 'sport = :8432'
State  Recv-Q Send-Q Local Address:Port Peer Address:Port
\`\`\``,
  source: 'pgBackRest, Configuration Reference, tls-server-port; Command Reference, server',
  *judge(project) {
    if (runsServer(project)) return;
    for (const root of consulDocuments(project)) {
      for (const map of yamlMaps(root)) {
        const name = yamlText(yamlAt(map, 'name'));
        const port = yamlText(yamlAt(map, 'port'));
        if (port?.value !== '8432' || name?.value.includes('pgbackrest') !== true) continue;
        yield {
          place: port,
          problem: 'nothing listens on 8432 unless `pgbackrest server` runs, which nothing here starts',
          remedy: 'leave the port out, or start the server with tls-server-* options.',
        };
      }
    }
  },
};

function runsServer(project: LintProject): boolean {
  return (
    project.engineInvocations.some(({ command }) => command?.value === 'server') ||
    project.engineFiles.some((file) => file.settings.some(({ name }) => name.value.startsWith('tls-server')))
  );
}

function consulDocuments(project: LintProject): readonly YamlValue[] {
  return project.documents
    .filter(({ document }) => document.kind === 'consul')
    .flatMap((facts) => facts.yaml ?? []);
}

function checksOf(project: LintProject): readonly YamlValue[] {
  return consulDocuments(project)
    .flatMap((root) => [...yamlMaps(root)])
    .flatMap((map) => [yamlAt(map, 'check') ?? [], ...yamlItems(yamlAt(map, 'checks'))].flat());
}

/** Where scripts that call `pgbackrest check` are put, as far as the project says so. */
function scriptsThatCheck(project: LintProject): ReadonlySet<string> {
  const paths = project.documents.flatMap((facts) => {
    const calls = (facts.commandLists ?? []).flatMap((list) =>
      list.commands.flatMap((one) => readEngineInvocation(one) ?? []),
    );
    if (!calls.some((call) => call.command?.value === 'check')) return [];
    return [facts.document.destination ?? facts.document.file];
  });
  return new Set(paths);
}

/** Go's notation, as Consul reads it. */
function durationOf(text: string): number | undefined {
  const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 };
  if (!/^(\d+[smh])+$/.test(text)) return undefined;
  return [...text.matchAll(/(\d+)([smh])/g)].reduce(
    (sum, [, n, unit]) => sum + Number(n) * (units[unit ?? 's'] ?? 1),
    0,
  );
}
