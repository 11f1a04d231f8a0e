import { defaultCopySettings } from '../../src/config/schema/copies.ts';
import { defaultDeploySettings } from '../../src/config/schema/deploy/deploy.ts';
import { defaultJobSettings, defaultWatchSettings } from '../../src/config/schema/file.ts';
import type { Configuration, PassThroughOption, Stanza } from '../../src/config/configuration.ts';
import { type EngineVersion, parseEngineVersion } from '../../src/model/engine-version.ts';
import type { Repository } from '../../src/model/repository.ts';
import type { HostTransport, PostgresNode } from '../../src/model/stanza.ts';
import { renderConf, type RenderTarget } from '../../src/engine/conf/render-conf.ts';
import { maskedSecrets } from '../../src/engine/conf/secret-values.ts';
import type { RenderCall } from '../../src/render/deployment/deployment-target.ts';

/** SSH with nothing said about it. */
export const transport: HostTransport = {
  kind: 'ssh',
  port: undefined,
  user: undefined,
  command: undefined,
  configFile: undefined,
  caFile: undefined,
  certificateFile: undefined,
  keyFile: undefined,
};

/** A server with everything filled in. @param host undefined: on this host */
export function node(host: string | undefined, change: Partial<PostgresNode> = {}): PostgresNode {
  return {
    host,
    path: '/pg',
    port: 5432,
    socketPath: undefined,
    databaseUser: undefined,
    database: 'postgres',
    osUser: 'postgres',
    binDirectory: undefined,
    transport,
    ...change,
  };
}

/** A directory that keeps two full backups. */
export function repository(key: number, change: Partial<Repository> = {}): Repository {
  return {
    name: `r${key}`,
    key,
    path: `/repo${key}`,
    access: { type: 'posix' },
    host: undefined,
    encryption: undefined,
    retention: { full: { by: 'count', count: 2 }, diff: undefined, archive: 'follow', history: undefined },
    bundle: undefined,
    block: undefined,
    ...change,
  };
}

/** A stanza without schedule and objectives. */
export function stanza(
  name: string,
  nodes: PostgresNode[],
  repositories: Repository[],
  options: PassThroughOption[] = [],
): Stanza {
  return {
    name,
    nodes,
    patroni: undefined,
    repositories,
    schedule: [],
    blackouts: [],
    objectives: { rpo: undefined, rto: undefined, backupAge: undefined, drillAge: undefined },
    options,
  };
}

/** A whole configuration with the usual places. */
export function configuration(stanzas: Stanza[], options: PassThroughOption[] = []): Configuration {
  return {
    file: '/etc/holdfast.yaml',
    stanzas,
    engine: {
      binary: 'pgbackrest',
      configFile: '/etc/pgbackrest/pgbackrest.conf',
      includeDirectory: '/etc/pgbackrest/conf.d',
      logDirectory: '/var/log/pgbackrest',
      lockDirectory: '/run/pgbackrest',
      spoolDirectory: '/var/spool/pgbackrest',
      user: 'postgres',
    },
    stateDirectory: '/var/lib/holdfast',
    options,
    tlsServer: undefined,
    notify: [],
    server: { listen: { host: '127.0.0.1', port: 7432 }, token: undefined },
    jobs: defaultJobSettings(),
    copies: { ...defaultCopySettings(), directory: '/var/lib/holdfast/copies' },
    deploy: defaultDeploySettings(),
    watch: defaultWatchSettings(),
  };
}

/** @param text `2.45` */
export const version = (text: string): EngineVersion => parseEngineVersion(text) as EngineVersion;
/** An entry of an `options:` map. */
export const given = (name: string, value: string, command?: string): PassThroughOption => ({
  name,
  value,
  command,
  position: { file: '/etc/holdfast.yaml', line: 1, column: 1 },
});

/** Sections of both files as lists of lines, comments left out. */
export function render(
  config: Configuration,
  change: Partial<RenderTarget> = {},
): Record<'main' | 'secret', Record<string, string[]>> {
  const target = { version: version('2.45'), machine: { cores: 2 }, secrets: maskedSecrets, ...change };
  const [main, secret] = renderConf(config, target).map((file) => readSections(file.content));
  return { main: main ?? {}, secret: secret ?? {} };
}

export function readSections(text: string): Record<string, string[]> {
  const sections: Record<string, string[]> = {};
  let lines: string[] = [];
  for (const line of text.split('\n')) {
    const name = /^\[(.+)\]$/.exec(line)?.[1];
    if (name !== undefined) sections[name] = lines = [];
    else if (line !== '' && !line.startsWith('#')) lines.push(line);
  }
  return sections;
}

/** A call of `holdfast render` with nothing said about it. */
export function renderCall(change: Partial<RenderCall> = {}): RenderCall {
  return {
    source: '',
    host: undefined,
    stanza: undefined,
    version: version('2.55'),
    machine: { cores: 4 },
    secrets: maskedSecrets,
    owner: 'postgres',
    job: 'holdfast',
    ...change,
  };
}
