import type { Variant } from './configuration-volumes.ts';
import { processesOf } from './containers.ts';
import {
  engineBinary,
  type KubernetesSite,
  places,
  podAddress,
  reachableElsewhere,
  repositoryMount,
  tlsPort,
} from './kubernetes-site.ts';
import { neededFiles } from './needed-files.ts';
import { type Mapping, podConfiguration, type PodConfiguration, secretKey } from './pod-configuration.ts';
import { jobRole } from './server-settings.ts';

/** holdfast.yaml and the engine's files for each kind of pod that the site has. */
export function podVariants(site: KubernetesSite): ReadonlyMap<Variant, PodConfiguration> {
  const { call, stanza, settings, configuration } = site;
  const common = {
    files: neededFiles(configuration).map(({ path }) => path),
    binary: engineBinary(site),
    processes: processesOf(settings.resources.holdfastCpu),
  };
  const make = (
    changes: Omit<Parameters<typeof podConfiguration>[2], keyof typeof common>,
  ): PodConfiguration => podConfiguration(call, stanza.name, { ...common, ...changes });
  const jobs = settings.form === 'cronjobs';
  const variants = new Map<Variant, PodConfiguration>([
    ['pod', make(jobs ? besideServer(site) : inPod(site))],
  ]);
  if (jobs) variants.set('job', make(overNetwork(site)));
  if (reachableElsewhere(site).length > 0) variants.set('drill', make(withoutServer(site)));
  return variants;
}

type Changes = Omit<Parameters<typeof podConfiguration>[2], 'files' | 'processes' | 'binary'>;

/** Keys that only a daemon has a use for. */
const ofDaemon = ['server', 'notify', 'consul'];

function localNode({ node, socketDirectory }: KubernetesSite): Mapping {
  return {
    path: node.path,
    port: node.port,
    socket: socketDirectory,
    user: node.osUser,
    ...(node.databaseUser === undefined ? {} : { databaseUser: node.databaseUser }),
    database: node.database,
    ...(node.binDirectory === undefined ? {} : { bin: node.binDirectory }),
  };
}

/** Directories are where their volumes are mounted. */
function movedRepositories(site: KubernetesSite, own: Mapping): Mapping {
  const repositories = { ...(own['repositories'] as Mapping) };
  for (const repository of site.directories) {
    const given = repositories[repository.name] as Mapping;
    repositories[repository.name] = { ...given, path: `${repositoryMount(repository)}/repository` };
  }
  return { repositories };
}

function inPod(site: KubernetesSite): Changes {
  return {
    postgres: [localNode(site)],
    stanza: (own) => movedRepositories(site, own),
    file: (own) => ({
      server: {
        listen: `0.0.0.0:${site.configuration.server.listen.port}`,
        token: `file:${places.secrets}/${secretKey(['server', 'token'])}`,
      },
      copies: { ...(own['copies'] as Mapping | undefined), directory: `${places.copies}/copies` },
    }),
    without: ['tlsServer'],
  };
}

/** Beside the server in the form `cronjobs`: no Holdfast runs there except for a restore. */
function besideServer(site: KubernetesSite): Changes {
  return {
    postgres: [localNode(site)],
    stanza: (own) => movedRepositories(site, own),
    file: () => ({
      tlsServer: {
        address: '*',
        port: tlsPort,
        caFile: `${places.certificates}/ca.crt`,
        certificateFile: `${places.certificates}/tls.crt`,
        keyFile: `${places.certificates}/tls.key`,
        auth: { [site.settings.clientName]: [site.stanza.name] },
      },
    }),
    without: ofDaemon,
  };
}

function overNetwork(site: KubernetesSite): Changes {
  return {
    postgres: [
      {
        ...localNode(site),
        host: podAddress(site),
        databaseUser: jobRole,
        tls: {
          port: tlsPort,
          caFile: `${places.certificates}/ca.crt`,
          certificateFile: `${places.certificates}/tls.crt`,
          keyFile: `${places.certificates}/tls.key`,
        },
      },
    ],
    stanza: (own) => movedRepositories(site, own),
    file: () => ({}),
    without: [...ofDaemon, 'tlsServer'],
  };
}

/** What the guard of a drill's CronJob looks at. */
function ofDrills(own: Mapping): Mapping {
  const schedule = Object.entries((own['schedule'] ?? {}) as Mapping);
  return Object.fromEntries(schedule.filter(([key]) => ['timezone', 'drill', 'blackouts'].includes(key)));
}

/** A host that has no server and reaches none: it only reads repositories. */
function withoutServer(site: KubernetesSite): Changes {
  return {
    postgres: [{ ...localNode(site), host: podAddress(site) }],
    stanza: (own) => ({
      ...movedRepositories(site, own),
      drills: { ...(own['drills'] as Mapping | undefined), proof: 'journal' },
      heartbeat: 'off',
      schedule: site.settings.form === 'cronjobs' ? ofDrills(own) : {},
    }),
    file: (own) => ({
      copies: { ...(own['copies'] as Mapping | undefined), directory: `${places.copies}/copies` },
    }),
    without: [...ofDaemon, 'tlsServer'],
  };
}
