import { createHash } from 'node:crypto';
import { stringify } from 'yaml';
import type { ComposeSettings } from '../../config/schema/deploy/compose.ts';
import { type ComposeSite, passwordSecret, places } from './compose-site.ts';
import { containerConfiguration } from './container-configuration.ts';
import { serverSettings } from './server-settings.ts';

type Node = Readonly<Record<string, unknown>>;

/** compose.yaml. Commands and values of holdfast.yaml have their dollar signs doubled, so that Compose leaves them. */
export function composeFile(site: ComposeSite): string {
  const { settings, project, secrets, keyFiles, repositories } = site;
  const services = {
    ...(secrets.size === 0 ? {} : { secrets: secretsService(site) }),
    configure: configureService(site),
    db: databaseService(site),
    holdfast: holdfastService(site),
  };
  const names = [
    'data',
    'socket',
    'engine',
    'pgbackrest',
    'log',
    'state',
    ...repositories.map((repository) => repository.volume),
  ];
  if (secrets.size > 0) names.push('secrets');
  const networks = {
    database: {},
    ...Object.fromEntries(settings.networks.map((name) => [name, { external: true }])),
  };
  const file = {
    name: project,
    services,
    networks,
    volumes: Object.fromEntries(names.map((name) => [name, {}])),
    ...(secrets.size === 0
      ? {}
      : {
          secrets: Object.fromEntries(
            [...secrets.keys()].map((name) => [
              name,
              { file: literal(keyFiles.get(name) ?? `./secrets/${name}`) },
            ]),
          ),
        }),
  };
  // As version 1.1 it quotes what other readers would take for a truth value or a number.
  return stringify(file, { version: '1.1', lineWidth: 0, aliasDuplicateObjects: false });
}

/** For Compose a dollar sign begins a variable, and two are one. */
export function literal(text: string): string {
  return text.replaceAll('$', '$$$$');
}

/** What all containers have in common: nobody gains a right, and nothing is written but volumes. */
function common(site: ComposeSite): Node {
  return {
    image: `\${HOLDFAST_IMAGE:-${literal(site.image)}}`,
    build: {
      context: '.',
      args: {
        BASE_IMAGE: `\${BASE_IMAGE:-${literal(site.baseImage)}}`,
        NODE_IMAGE: `\${NODE_IMAGE:-${literal(site.settings.nodeImage)}}`,
        HOLDFAST_PACKAGE: `\${HOLDFAST_PACKAGE:-${literal(site.package)}}`,
      },
    },
    init: true,
    read_only: true,
    cap_drop: ['ALL'],
    security_opt: ['no-new-privileges:true'],
    logging: { driver: 'local', options: { 'max-size': '10m', 'max-file': '5' } },
  };
}

/** Files of the host belong to who deploys, and can be read by nobody else: this alone runs as root, without a network. */
function secretsService(site: ComposeSite): Node {
  return {
    ...common(site),
    command: ['copy-secrets'],
    user: '0:0',
    cap_add: ['CHOWN', 'DAC_OVERRIDE', 'FOWNER'],
    network_mode: 'none',
    restart: 'no',
    secrets: [...site.secrets.keys()],
    volumes: [volume('secrets', places.secrets)],
  };
}

function configureService(site: ComposeSite): Node {
  return {
    ...common(site),
    command: ['holdfast', 'render', 'pgbackrest', '--out', '/'],
    depends_on: site.secrets.size === 0 ? {} : { secrets: { condition: 'service_completed_successfully' } },
    network_mode: 'none',
    restart: 'no',
    tmpfs: ['/tmp'],
    volumes: [...configuration(site), volume('engine', places.engine)],
  };
}

function databaseService(site: ComposeSite): Node {
  const { settings, node, socketDirectory } = site;
  const password = site.secrets.has(passwordSecret)
    ? { PASSWORD_FILE: `${places.secrets}/${passwordSecret}` }
    : {};
  return {
    ...common(site),
    command: ['start-database'],
    labels: readAtStart(serverSettings(site)),
    environment: {
      PGDATA: literal(node.path),
      ...password,
      ...(settings.database === undefined ? {} : { DATABASE: literal(settings.database) }),
    },
    depends_on: { configure: { condition: 'service_completed_successfully' } },
    restart: 'unless-stopped',
    // A fast shutdown: sessions end, what is committed stays, and the last WAL is archived.
    stop_signal: 'SIGINT',
    stop_grace_period: '5m',
    shm_size: `\${SHM_SIZE:-${settings.shm}}`,
    deploy: resources('DATABASE', settings.databaseLimits),
    healthcheck: {
      test: ['CMD', 'pg_isready', '--quiet', `--host=${literal(socketDirectory)}`, `--port=${node.port}`],
      interval: '10s',
      timeout: '5s',
      retries: 6,
      start_period: '5m',
    },
    tmpfs: ['/tmp'],
    networks: ['database', ...settings.networks],
    ...(settings.publish === undefined
      ? {}
      : { ports: [`\${DATABASE_PUBLISH:-${settings.publish}}:${node.port}`] }),
    volumes: [...configuration(site), volume('engine', places.engine, true), ...shared(site)],
  };
}

function holdfastService(site: ComposeSite): Node {
  const { settings, configuration: file } = site;
  return {
    ...common(site),
    command: ['start-holdfast'],
    // A container of its own for each file: only with its start come a new stanza and the first backup.
    labels: readAtStart(containerConfiguration(site)),
    depends_on: { configure: { condition: 'service_completed_successfully' } },
    restart: 'unless-stopped',
    stop_grace_period: '2m',
    shm_size: `\${SHM_SIZE:-${settings.shm}}`,
    deploy: resources('BACKUP', settings.backupLimits),
    healthcheck: {
      test: ['CMD', 'check-health'],
      interval: '30s',
      timeout: '30s',
      retries: 3,
      start_period: '15m',
    },
    tmpfs: ['/tmp'],
    networks: ['database'],
    ...(settings.publishStatus === undefined
      ? {}
      : { ports: [`\${STATUS_PUBLISH:-${settings.publishStatus}}:${file.server.listen.port}`] }),
    volumes: [
      ...configuration(site),
      volume('engine', places.engine),
      ...shared(site),
      volume('state', site.configuration.stateDirectory),
    ],
  };
}

/**
 * Compose makes a container anew when what compose.yaml says of it has changed, and does not look into folders that are
 * mounted. No value of a secret is in these files, so nothing of one is in the checksum.
 *
 * @param text of the file that the service reads when it starts
 */
function readAtStart(text: string): Node {
  return { 'holdfast.configuration': `sha256:${createHash('sha256').update(text).digest('hex')}` };
}

/** The names are those that people have in their .env already. */
function resources(prefix: string, limits: ComposeSettings['backupLimits']): Node {
  const { memory, cpus, memoryReservation, cpuReservation } = limits;
  return {
    resources: {
      limits: {
        memory: `\${${prefix}_MEMORY_LIMIT:-${memory}}`,
        cpus: `\${${prefix}_CPU_LIMIT:-${cpus}}`,
      },
      reservations: {
        memory: `\${${prefix}_MEMORY_RESERVATION:-${memoryReservation}}`,
        ...(cpuReservation === undefined ? {} : { cpus: `\${${prefix}_CPU_RESERVATION:-${cpuReservation}}` }),
      },
    },
  };
}

/** A folder, not its files: a file that is rendered again takes the place of the old one by its name. */
function configuration(site: ComposeSite): Node[] {
  return [
    { type: 'bind', source: './configuration', target: places.holdfast, read_only: true },
    ...(site.secrets.size === 0 ? [] : [volume('secrets', places.secrets, true)]),
    ...site.files.map((path) => ({
      type: 'bind',
      source: literal(path),
      target: literal(path),
      read_only: true,
      bind: { create_host_path: false },
    })),
  ];
}

/** What the server and Holdfast both work with, by the same paths. */
function shared(site: ComposeSite): Node[] {
  return [
    volume('data', site.dataMount),
    volume('socket', site.socketDirectory),
    volume('pgbackrest', places.shared),
    volume('log', places.log),
    ...site.repositories.map(({ volume: name, path }) => volume(name, path)),
  ];
}

function volume(source: string, target: string, readOnly = false): Node {
  return { type: 'volume', source, target: literal(target), ...(readOnly ? { read_only: true } : {}) };
}
