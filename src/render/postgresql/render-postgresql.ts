import type { Configuration, Stanza } from '../../config/configuration.ts';
import { writeGeneratedText } from '../../engine/conf/conf-text.ts';
import type { RenderedFile } from '../../engine/conf/render-conf.ts';
import { Failure } from '../../model/failure.ts';
import type { PostgresNode } from '../../model/stanza.ts';
import { archivingSettings, type WantedSetting } from '../deployment/archiving-settings.ts';
import type { DeploymentTarget } from '../deployment/deployment-target.ts';

const advice = 'Do not edit: change that file and run `holdfast render postgresql` again.';

/** The settings of PostgreSQL as a file for `include_dir`, for each cluster of a host. */
export const postgresqlTarget: DeploymentTarget = {
  name: 'postgresql',
  engine: 'none',
  needsSecrets: false,
  render: (configuration, { host, stanza: only }) => {
    const stanzas = configuration.stanzas.filter(({ name }) => only === undefined || name === only);
    const files = stanzas.flatMap((stanza) => {
      const node = stanza.nodes.find((candidate) => candidate.host === host);
      return node === undefined ? [] : [fileOf(configuration, stanza, node)];
    });
    if (files.length > 0) return files;
    const names = [...new Set(configuration.stanzas.flatMap(({ nodes }) => nodes.map((node) => node.host)))];
    throw new Failure('config-invalid', {
      operation: 'render the settings of PostgreSQL',
      place: configuration.file,
      problem: `no server is on ${host === undefined ? 'this host' : `the host ${host}`}`,
      hint: `Name a host with --host: ${names.filter((name) => name !== undefined).join(', ') || 'the file has none'}.`,
    });
  },
};

function fileOf(configuration: Configuration, stanza: Stanza, node: PostgresNode): RenderedFile {
  if (stanza.patroni !== undefined) {
    throw new Failure('config-invalid', {
      operation: `render the settings of stanza ${stanza.name}`,
      place: configuration.file,
      problem: 'Patroni writes the settings of its servers, and would not read this file',
      hint: 'Run `holdfast render patroni`, which says what goes into its DCS.',
    });
  }
  return {
    path: placeOf(stanza, node),
    content: writeGeneratedText(
      archivingSettings(configuration, stanza).map(describeSetting).join('\n'),
      configuration.file,
      advice,
    ),
    mode: 0o644,
    owner: node.osUser,
    secret: false,
  };
}

/** Debian's clusters read every file of their conf.d; elsewhere nobody can know where the includes are. */
function placeOf({ name }: Stanza, { path }: PostgresNode): string {
  const [, version, cluster] = /^\/var\/lib\/postgresql\/(\d+)\/([^/]+)$/.exec(path) ?? [];
  return version === undefined || cluster === undefined
    ? `postgresql/${name}/holdfast.conf`
    : `/etc/postgresql/${version}/${cluster}/conf.d/holdfast.conf`;
}

/** https://www.postgresql.org/docs/current/config-setting.html: a quote is doubled, a backslash too. */
function describeSetting({ name, value, reason, needsRestart }: WantedSetting): string {
  const quoted = value.replaceAll('\\', '\\\\').replaceAll("'", "''");
  return `# ${reason}${needsRestart ? ' (needs a restart)' : ''}\n${name} = '${quoted}'\n`;
}
