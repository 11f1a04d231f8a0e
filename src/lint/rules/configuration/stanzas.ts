import type { PlacedText } from '../../lint-document.ts';
import type { LintProject, LintRule } from '../../lint-rule.ts';
import { holdsPlaceholder } from '../../placeholder.ts';
import { yamlAt, yamlText } from '../../readers/yaml/yaml-path.ts';
import { knownSettings, meantValue } from './known-settings.ts';

export const stanzaNotConfigured: LintRule = {
  name: 'stanza-not-configured',
  severity: 'critical',
  title: 'a command names a stanza that no file has',
  consequence:
    'The engine looks for a section of that name, finds no pg1-path and ends with [037]. `info` and `expire` do not need ' +
    'it: info says `missing stanza path` and exits with 0.',
  correct: '[main]\npg1-path=/var/lib/postgresql/15/main\n\n# pgbackrest --stanza=main backup',
  reproduction: `pgBackRest 2.45, [main] in the file:

\`\`\`
$ pgbackrest --stanza=other backup
ERROR: [037]: backup command requires option: pg1-path
       HINT: does this stanza exist?
\`\`\``,
  source: 'pgBackRest, src/config/parse.c, cfgParse(), phase 3',
  *judge(project) {
    const stanzas = stanzasOf(project);
    if (stanzas === undefined) return;
    for (const { options, invocation } of project.engineInvocations) {
      // Those of archive_command have a rule of their own.
      if (invocation.use === 'archive_command') continue;
      const stanza = options.find(({ name }) => name.value === 'stanza')?.value;
      if (stanza === undefined || stanza.unknown || stanzas.has(stanza.value)) continue;
      if (options.some(({ name }) => /^pg1?-path$/.test(name.value) || name.value === 'config')) continue;
      yield {
        place: stanza,
        problem: `no file has a section [${stanza.value}]`,
        remedy: `write the stanza that is configured: ${[...stanzas].join(', ')}.`,
        engineError: 37,
      };
    }
  },
};

/** Names of stanzas in the files; undefined where there are none, or one is a placeholder. */
function stanzasOf(project: LintProject): ReadonlySet<string> | undefined {
  const names = new Set<string>();
  for (const { settings } of project.engineFiles) {
    for (const { section, via } of settings) {
      const base = section.split(':')[0] ?? '';
      if (via !== 'conf' || base === '' || base === 'global') continue;
      if (holdsPlaceholder(section)) return undefined;
      names.add(base);
    }
  }
  return names.size === 0 ? undefined : names;
}

export const dataDirectoryDiffers: LintRule = {
  name: 'data-directory-differs',
  severity: 'critical',
  title: 'pg1-path is not the data directory of the server',
  consequence:
    'archive-push compares the two and ends with [032] for every segment, so nothing is archived; backup and check end with ' +
    '[058] or [055].',
  correct: '[main]\npg1-path=/var/lib/postgresql/15/main   (what `SHOW data_directory` prints)',
  reproduction: `pgBackRest 2.45, \`pg1-path=/srv/pg\`, called in /tmp as a server with that data directory would do:

\`\`\`
$ pgbackrest --stanza=main archive-push pg_wal/000000010000000000000001
ERROR: [032]: PostgreSQL working directory '/tmp' is not the same as option pg1-path '/srv/pg'
       HINT: is the PostgreSQL data_directory configured the same as the pg1-path option?
\`\`\``,
  source: 'pgBackRest, src/command/archive/common.c, walPath()',
  *judge(project) {
    const directories = dataDirectories(project);
    if (directories.length === 0 || directories.some(({ unknown }) => unknown)) return;
    const known = new Set(directories.map(({ value }) => clean(value)));
    const paths = knownSettings(project).filter(({ option }) => option.name === 'pg-path');
    if (paths.some(({ setting }) => setting.value.unknown)) return;
    for (const { setting } of paths) {
      const path = meantValue(setting);
      if (path === undefined || known.has(clean(path)) || !path.startsWith('/')) continue;
      yield {
        place: setting.value,
        problem: `${setting.name.value} is ${path}, and the server's data directory is ${[...known].join(' or ')}`,
        remedy: 'write the directory that `SHOW data_directory` prints.',
        engineError: 32,
      };
    }
  },
};

function dataDirectories(project: LintProject): readonly PlacedText[] {
  const settings = project.serverSettings.filter(({ name }) => name.value === 'data_directory');
  const variables = project.variables.filter(({ name }) => name.value === 'PGDATA');
  const ofPatroni = project.documents
    .filter(({ document }) => document.kind === 'patroni')
    .flatMap(({ yaml = [] }) => yaml)
    .flatMap((root) =>
      [yamlText(yamlAt(root, 'postgresql', 'data_dir')), yamlText(yamlAt(root, 'data_dir'))].flatMap(
        (path) => path ?? [],
      ),
    );
  return [...[...settings, ...variables].map(({ value }) => value), ...ofPatroni].filter(
    ({ value }) => value !== '',
  );
}

function clean(path: string): string {
  return path.replace(/(.)\/+$/, '$1');
}

export const stanzaRules: readonly LintRule[] = [stanzaNotConfigured, dataDirectoryDiffers];
