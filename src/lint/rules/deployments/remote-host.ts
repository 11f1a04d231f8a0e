import type { EngineSetting } from '../../facts.ts';
import type { LintProject, LintRule } from '../../lint-rule.ts';
import { yamlAt, yamlText } from '../../readers/yaml/yaml-path.ts';
import { containersOf, isPlainPostgres, manifests } from './containers.ts';

export const remoteHostWithoutServer: LintRule = {
  name: 'remote-host-without-server',
  severity: 'critical',
  title: 'pg1-host names a container in which no pgbackrest server and no SSH runs',
  consequence:
    'pgN-host is the host on which pgbackrest itself is started, over SSH or TLS; it is not the address of the database. In a ' +
    'container neither runs unless somebody put it there, and no command reaches the database: [027].',
  correct: `# share the data directory and the socket with the scheduler, and leave pg1-host out; or
pg1-host=db
pg1-host-type=tls      # with \`pgbackrest server\` in the container of the database`,
  reproduction: `pgBackRest 2.45, \`pg1-host=127.0.0.1\` on a machine without sshd:

\`\`\`
$ pgbackrest --stanza=main check
WARN: unable to check pg1: [UnknownError] remote-0 process on '127.0.0.1' terminated unexpectedly [255]: ssh: connect to
      host 127.0.0.1 port 22: Connection refused
ERROR: [027]: no database found
\`\`\``,
  source:
    'pgBackRest, Configuration Reference, pg-host and pg-host-type; User Guide, "Dedicated Repository Host"',
  *judge(project) {
    const names = containerNames(project);
    if (names.size === 0 || runsServer(project)) return;
    for (const setting of hostSettings(project)) {
      if (setting.value.unknown || !names.has(setting.value.value.split('.')[0] ?? '')) continue;
      yield {
        place: setting.value,
        problem: `${setting.name.value} names the container ${setting.value.value}, in which no pgbackrest server and no SSH runs`,
        remedy:
          'share the data directory and the socket of the server and leave the option out, or run `pgbackrest server` there ' +
          'and set the host type to tls.',
        engineError: 27,
      };
    }
  },
};

function hostSettings(project: LintProject): readonly Pick<EngineSetting, 'name' | 'value'>[] {
  const files = project.engineFiles.flatMap((file) => file.settings);
  const variables = project.variables
    .filter(({ name }) => /^PGBACKREST_PG\d*_HOST$/.test(name.value))
    .map(({ name, value }) => ({ name, value }));
  return [...files.filter(({ name }) => /^pg\d*-host$/.test(name.value)), ...variables];
}

/**
 * Names under which containers of the official image reach each other: services of Compose, Services and StatefulSets of
 * Kubernetes.
 */
function containerNames(project: LintProject): ReadonlySet<string> {
  // Of an image of their own nobody knows what runs in it; that of PostgreSQL has neither server.
  const plain = containersOf(project).filter(({ builds, image }) => !builds && isPlainPostgres(image));
  const services = plain.flatMap(({ platform, name }) =>
    platform === 'compose' && name !== undefined ? [name.value] : [],
  );
  if (!plain.some(({ platform }) => platform === 'kubernetes')) return new Set(services);
  const objects = manifests(project)
    .filter((object) => ['Service', 'StatefulSet'].includes(yamlText(yamlAt(object, 'kind'))?.value ?? ''))
    .flatMap((object) => yamlText(yamlAt(object, 'metadata', 'name'))?.value ?? []);
  return new Set([...services, ...objects]);
}

function runsServer(project: LintProject): boolean {
  const settings = project.engineFiles.flatMap((file) => file.settings);
  return (
    project.engineInvocations.some(({ command }) => command?.value === 'server') ||
    settings.some(({ name, value }) => /^pg\d*-host-type$/.test(name.value) && value.value === 'tls') ||
    project.variables.some(
      ({ name, value }) => /^PGBACKREST_PG\d*_HOST_TYPE$/.test(name.value) && value.value === 'tls',
    ) ||
    containersOf(project).some(({ command }) => /\bsshd\b|pgbackrest.*\bserver\b/.test(command))
  );
}
