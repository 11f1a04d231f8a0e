import { join } from 'node:path';
import type { Configuration, Stanza } from '../../config/configuration.ts';
import type { EngineVersion } from '../../model/engine-version.ts';
import type { Repository } from '../../model/repository.ts';
import type { PostgresNode } from '../../model/stanza.ts';

/** How the server of a node is worked with; seen on its host, or guessed from its data directory. */
export interface ServerSite {
  readonly binDirectory: string;
  readonly socketDirectory: string;
  /** postgresql.conf when it lies outside the data directory. */
  readonly configFile: string | undefined;
  readonly control:
    | { readonly kind: 'pg_ctl' }
    | { readonly kind: 'pg_ctlcluster'; readonly version: string; readonly cluster: string }
    | { readonly kind: 'systemd'; readonly unit: string };
}

/** What restores from a repository took, of those that the journal knows. */
export interface MeasuredRestores {
  readonly repository: string;
  /** Median. */
  readonly seconds: number;
  /** Bytes of the newest. */
  readonly bytes: number;
  readonly count: number;
  /** Epoch milliseconds. */
  readonly lastAt: number;
}

/** What is known of a stanza beside its configuration. */
export interface StanzaKnowledge {
  readonly stanza: string;
  readonly server: ServerSite | undefined;
  readonly measured: readonly MeasuredRestores[];
}

/** Everything that the scenarios of one stanza are written from. */
export interface RunbookSite {
  readonly configuration: Configuration;
  readonly stanza: Stanza;
  /** The node that is restored. */
  readonly node: PostgresNode;
  readonly server: ServerSite;
  readonly measured: readonly MeasuredRestores[];
  readonly version: EngineVersion;
}

/** @param host as holdfast.yaml names it; undefined: the host whose node has no `host` */
export function siteOf(
  configuration: Configuration,
  stanza: Stanza,
  host: string | undefined,
  version: EngineVersion,
  knowledge: StanzaKnowledge | undefined,
): RunbookSite {
  const node = stanza.nodes.find((candidate) => candidate.host === host) ?? stanza.nodes[0];
  if (node === undefined) throw new Error(`stanza ${stanza.name} has no node`);
  return {
    configuration,
    stanza,
    node,
    server: knowledge?.server ?? guessServer(node, configuration.deploy.postgresVersion),
    measured: knowledge?.measured ?? [],
    version,
  };
}

/**
 * By the layouts of Debian (`/var/lib/postgresql/15/main`, postgresql-common) and of the PGDG packages for RHEL
 * (`/var/lib/pgsql/15/data`). Anything else is started with pg_ctl.
 */
export function guessServer(node: PostgresNode, major: number): ServerSite {
  const socketDirectory = node.socketPath ?? '/var/run/postgresql';
  const debian = /^\/var\/lib\/postgresql\/(\d+)\/([\w-]+)\/?$/.exec(node.path);
  if (debian !== null && debian[2] !== 'data' && debian[2] !== 'docker') {
    const [, version = '', cluster = ''] = debian;
    return {
      binDirectory: node.binDirectory ?? `/usr/lib/postgresql/${version}/bin`,
      socketDirectory,
      configFile: join('/etc/postgresql', version, cluster, 'postgresql.conf'),
      control: { kind: 'systemd', unit: `postgresql@${version}-${cluster}` },
    };
  }
  const redHat = /^\/var\/lib\/pgsql\/(\d+)\/data\/?$/.exec(node.path)?.[1];
  return {
    binDirectory:
      node.binDirectory ??
      (redHat === undefined ? `/usr/lib/postgresql/${major}/bin` : `/usr/pgsql-${redHat}/bin`),
    socketDirectory,
    configFile: undefined,
    control: redHat === undefined ? { kind: 'pg_ctl' } : { kind: 'systemd', unit: `postgresql-${redHat}` },
  };
}

/** Whether it is a directory that commands on this host can rename. */
export function isLocalDirectory({ access, host }: Repository): boolean {
  return host === undefined && (access.type === 'posix' || access.type === 'cifs');
}
