import type { YamlEntry } from '../../facts.ts';
import type { RuleFinding } from '../../lint-finding.ts';
import type { LintProject, LintRule } from '../../lint-rule.ts';
import { yamlEntries, yamlItems, yamlMaps, yamlText } from '../../readers/yaml/yaml-path.ts';
import { yamlOf } from './containers.ts';

export const pigstyRepositoryUnused: LintRule = {
  name: 'pigsty-repository-unused',
  severity: 'critical',
  title: 'a second entry of pgbackrest_repo is meant to be a second repository',
  consequence:
    'Pigsty renders exactly one entry, the one that pgbackrest_method names, as repo1. The others are only kept for choosing: ' +
    'nothing is ever written there, and every `--repo=2` ends with [032].',
  correct: `pgbackrest_method: s3          # repo1
# repo2: a file of your own, /etc/pgbackrest/conf.d/repo2.conf, and a schedule with --repo=2`,
  reproduction: `Pigsty's template was read, not run: it writes the entry named by \`pgbackrest_method\` as repo1-* options and no other. With such a file, pgBackRest 2.45:

\`\`\`
$ pgbackrest --stanza=pg-meta --repo=2 info
ERROR: [032]: key '2' is not valid for 'repo' option
\`\`\``,
  source: 'Pigsty 4, roles/pgsql/templates/pgbackrest.conf; PARAM pgbackrest_method',
  *judge(project) {
    const secondUsed = project.engineInvocations.some((call) =>
      call.options.some(({ name, value }) => name.value === 'repo' && Number(value?.value) > 1),
    );
    if (!secondUsed) return;
    yield* repositoriesInScripts(project);
    for (const { repositories, method } of pigstySettings(project)) {
      if (method === undefined || repositories.length < 2) continue;
      for (const { key } of repositories) {
        if (key.value === method.value.value) continue;
        yield {
          place: key,
          problem: `pgbackrest_method is ${method.value.value}, so that ${key.value} is not used at all`,
          remedy:
            'render repo2 in a file of its own in /etc/pgbackrest/conf.d, and back up into it with --repo=2.',
          engineError: 32,
        };
      }
    }
  },
};

/** A script that fills in pgbackrest_repo: whichever the method names, the others are not rendered. */
function* repositoriesInScripts(project: LintProject): Generator<RuleFinding> {
  const scripts = project.documents.filter(({ document }) => document.kind === 'python');
  for (const script of scripts) {
    const entries = project.documents.filter(
      ({ document }) =>
        document.container === script.document && document.destination?.startsWith('pgbackrest_repo.'),
    );
    for (const { engineFile } of entries.slice(1)) {
      const first = engineFile?.settings[0];
      if (first === undefined) continue;
      yield {
        place: first.name,
        problem: `of ${entries.map((entry) => entry.document.destination).join(' and ')} only one is rendered`,
        remedy:
          'render repo2 in a file of its own in /etc/pgbackrest/conf.d, and back up into it with --repo=2.',
        engineError: 32,
      };
    }
  }
}

export const pigstyMethodUnknown: LintRule = {
  name: 'pigsty-method-unknown',
  severity: 'critical',
  title: 'pgbackrest_method names no entry of pgbackrest_repo',
  consequence:
    'The template of pgbackrest.conf fails while the cluster is being set up, or renders no repository.',
  correct: 'pgbackrest_method: s3\npgbackrest_repo:\n  s3: { type: s3, … }',
  reproduction:
    'Read, not run: in the template, `pgbackrest_repo[pgbackrest_method]` is undefined for a key that is not there.',
  source: 'Pigsty 4, roles/pgsql/templates/pgbackrest.conf',
  *judge(project) {
    for (const { repositories, method } of pigstySettings(project)) {
      if (method === undefined || method.value.unknown || repositories.length === 0) continue;
      if (repositories.some(({ key }) => key.value === method.value.value)) continue;
      yield {
        place: method.value,
        problem: `pgbackrest_repo has no entry ${method.value.value}, only ${repositories.map(({ key }) => key.value).join(', ')}`,
        remedy: 'name one of its keys.',
      };
    }
  },
};

const removed: ReadonlyMap<string, string> = new Map([
  ['pgbackrest_clean', 'existed up to Pigsty 3.7 and is gone since 4.0'],
  ['pgbackrest_ssl_dir', 'is not read by Pigsty 3 or 4'],
]);

export const pigstyVariableRemoved: LintRule = {
  name: 'pigsty-variable-removed',
  severity: 'advice',
  title: 'a variable that Pigsty does not have any more',
  consequence:
    'It does nothing. Whoever counts on it (pgbackrest_clean: remove old backups on init) is wrong.',
  correct: 'pgbackrest_enabled: true\npgbackrest_method: s3\npgbackrest_repo: …',
  reproduction: 'Compared with the parameters of Pigsty 4.5.0, section PGSQL, PG_BACKUP.',
  source: 'Pigsty 4.0, Release Notes; Reference, Parameters',
  *judge(project) {
    for (const map of pigstyMaps(project)) {
      for (const { key } of map.entries) {
        const why = removed.get(key.value);
        if (why === undefined) continue;
        yield { place: key, problem: `${key.value} ${why}`, remedy: 'remove the line.' };
      }
    }
  },
};

export const pigstyCrontabUser: LintRule = {
  name: 'pigsty-crontab-user-column',
  severity: 'critical',
  title: 'a crontab line of Pigsty has a user too many or too few',
  consequence:
    'node_crontab becomes /etc/crontab, whose sixth column is the user; pg_crontab becomes the crontab of the database’s owner, ' +
    'which has no such column. With one too many cron runs a program called `postgres`, with one too few it looks for a user ' +
    'called `/pg/bin/pg-backup`: no backup is made, and only cron’s log says so.',
  correct: `node_crontab: [ '00 01 * * * postgres /pg/bin/pg-backup full' ]
pg_crontab:   [ '00 01 * * * /pg/bin/pg-backup full' ]`,
  reproduction: 'Read, not run: crontab(5), "the sixth field is the user name" in /etc/crontab only.',
  source: 'Pigsty 4, PARAM node_crontab and pg_crontab; crontab(5)',
  *judge(project) {
    for (const map of pigstyMaps(project)) {
      for (const { key, value } of map.entries) {
        if (key.value !== 'node_crontab' && key.value !== 'pg_crontab') continue;
        for (const item of yamlItems(value)) {
          const line = yamlText(item);
          const sixth = /^\s*(?:@\w+|(?:\S+\s+){4}\S+)\s+(\S+)/.exec(line?.value ?? '')?.[1];
          if (line === undefined || sixth === undefined || !/pg-backup|pgbackrest/.test(line.value)) continue;
          const hasUser = /^[a-z_][\w-]*$/.test(sixth) && !['pg-backup', 'pgbackrest'].includes(sixth);
          if (hasUser === (key.value === 'node_crontab') || /[${]/.test(sixth)) continue;
          yield {
            place: line,
            problem:
              key.value === 'pg_crontab'
                ? `pg_crontab has no column for the user, ${sixth} would be the program`
                : `node_crontab needs the user before ${sixth}`,
            remedy:
              key.value === 'pg_crontab'
                ? 'leave the user out.'
                : 'put the user, postgres, before the command.',
          };
        }
      }
    }
  },
};

export const pigstyPlaybookRenamed: LintRule = {
  name: 'pigsty-playbook-renamed',
  severity: 'advice',
  title: 'install.yml of Pigsty is called deploy.yml since 4.0',
  consequence: 'The command ends with "No such file or directory" on an installation of Pigsty 4.',
  correct: './pgsql.yml -t pgbackrest',
  reproduction: 'Read, not run: Pigsty 4.0, Release Notes.',
  source: 'Pigsty 4.0, Release Notes',
  *judge(project) {
    const isPigsty = project.documents.some(({ document }) => document.kind === 'pigsty');
    for (const { commands, place } of project.commandLists) {
      if (!isPigsty && !/\bpigsty\b/i.test(place.document.root.text)) continue;
      for (const { words } of commands) {
        const [program] = words;
        if (program === undefined || !/^(\.\/)?install\.yml$/.test(program.value)) continue;
        yield {
          place: program,
          problem: 'install.yml is called deploy.yml since Pigsty 4.0',
          remedy: 'call ./deploy.yml, or ./pgsql.yml -t pgbackrest for pgbackrest alone.',
        };
      }
    }
  },
};

interface PigstySettings {
  readonly repositories: readonly YamlEntry[];
  readonly method: { readonly value: NonNullable<ReturnType<typeof yamlText>> } | undefined;
}

function pigstySettings(project: LintProject): readonly PigstySettings[] {
  return pigstyMaps(project).flatMap((map) => {
    const repositories = map.entries.find(({ key }) => key.value === 'pgbackrest_repo');
    if (repositories === undefined) return [];
    const value = yamlText(map.entries.find(({ key }) => key.value === 'pgbackrest_method')?.value);
    return [
      { repositories: yamlEntries(repositories.value), method: value === undefined ? undefined : { value } },
    ];
  });
}

function pigstyMaps(project: LintProject) {
  return yamlOf(project, 'pigsty').flatMap((value) => [...yamlMaps(value)]);
}
