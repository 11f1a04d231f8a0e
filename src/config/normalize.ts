import type { HeartbeatSettings } from '../model/heartbeat.ts';
import { scheduledJobs, type DrillSchedule, type ScheduleEntry } from '../model/schedule.ts';
import type { PostgresNode } from '../model/stanza.ts';
import type { Configuration, ConsulSettings, NotifyChannel, Stanza } from './configuration.ts';
import { normalizeRepository, normalizeTransport } from './normalize-repository.ts';
import type { ReadOptions } from './options/check-options.ts';
import { nodesOf } from './rules/rule.ts';
import type { FileInput } from './schema/file.ts';
import { notifyKinds, type NotifyInput } from './schema/notify.ts';
import type { HeartbeatInput } from './schema/heartbeat.ts';
import type { PostgresNodeInput } from './schema/postgres-node.ts';
import type { DrillInput, ScheduleEntryInput, ScheduleInput } from './schema/schedule.ts';
import { drillChecks } from '../model/drill.ts';
import type { StanzaInput } from './schema/stanza.ts';

/**
 * The configuration with every default filled in, from a file in which nothing is wrong.
 *
 * @param input what the schema read
 * @param file absolute path of the file
 * @param options what options/check-options.ts read
 */
export function normalizeFile(input: FileInput, file: string, options: ReadOptions): Configuration {
  return {
    file,
    stanzas: Object.entries(input.stanzas).map(([name, stanza]) =>
      normalizeStanza(name, stanza, options.stanzas.get(name) ?? [], input.engine.defaults),
    ),
    engine: { ...input.engine },
    stateDirectory: input.state.directory,
    options: options.global,
    tlsServer: input.tlsServer === undefined ? undefined : { ...input.tlsServer },
    notify: Object.entries(input.notify).flatMap(([name, channel]) => normalizeChannel(name, channel)),
    consul: normalizeConsul(input.consul),
    server: { listen: input.server.listen, token: input.server.token },
    jobs: { ...input.jobs },
    watch: { ...input.watch },
    deploy: input.deploy,
    copies: { ...input.copies, directory: input.copies.directory ?? `${input.state.directory}/copies` },
  };
}

function normalizePatroni(patroni: StanzaInput['patroni']): Stanza['patroni'] {
  if (patroni === undefined) return undefined;
  const { config, ...access } = patroni;
  return { ...access, caFile: access.caFile, ...(config === undefined ? {} : { configFile: config }) };
}

function normalizeStanza(
  name: string,
  input: StanzaInput,
  options: Stanza['options'],
  defaults: 'tuned' | 'own',
): Stanza {
  const { objectives, patroni } = input;
  return {
    name,
    nodes: nodesOf(input, []).map(({ node }) => normalizeNode(node)),
    patroni: normalizePatroni(patroni),
    repositories: Object.entries(input.repositories).map(([repository, value], index) =>
      normalizeRepository(repository, value.number ?? index + 1, value, defaults),
    ),
    schedule: normalizeSchedule(input.schedule),
    blackouts: input.schedule.blackouts.map(({ cron, timezone, duration, missed }) => ({
      cron,
      timezone: timezone ?? input.schedule.timezone,
      duration,
      missed,
    })),
    objectives: {
      rpo: objectives.rpo,
      rto: objectives.rto,
      backupAge: objectives.backupAge,
      drillAge: objectives.drillAge,
    },
    drills: { ...input.drills },
    heartbeat: normalizeHeartbeat(input.heartbeat, objectives.rpo),
    selfHealing: { ...input.selfHealing },
    options,
  };
}

function normalizeNode(input: PostgresNodeInput): PostgresNode {
  return {
    number: input.number,
    host: input.host,
    path: input.path,
    port: input.port,
    socketPath: input.socket,
    databaseUser: input.databaseUser,
    database: input.database,
    osUser: input.user,
    binDirectory: input.bin,
    transport: normalizeTransport(input),
    ...(input.elsewhere === undefined ? {} : { elsewhere: input.elsewhere }),
  };
}

/** Heartbeats tell up to when a repository can restore: with fewer than two in it, an objective could not be judged. */
function normalizeHeartbeat(input: HeartbeatInput, rpo: number | undefined): HeartbeatSettings {
  const usual = Math.min(60, Math.max(5, Math.floor((rpo ?? 120) / 2)));
  return input === 'off' ? { form: 'off', every: usual } : { form: input.form, every: input.every ?? usual };
}

function normalizeSchedule(input: ScheduleInput): readonly (ScheduleEntry | DrillSchedule)[] {
  return scheduledJobs.flatMap((job): readonly (ScheduleEntry | DrillSchedule)[] => {
    const times = input[job];
    if (times === undefined) return [];
    const list: readonly (string | ScheduleEntryInput | DrillInput)[] = Array.isArray(times)
      ? times
      : [times];
    return list.map((time) => {
      // Cron text alone has the defaults of a mapping.
      const given = typeof time === 'string' ? { ...plainEntry, cron: time } : time;
      const { cron, repositories, on, jitter, priority, catchUp, timeout } = given;
      const entry: ScheduleEntry = {
        job,
        cron,
        timezone: given.timezone ?? input.timezone,
        repositories,
        on,
        jitter,
        priority,
        catchUp,
        timeout,
      };
      if (job !== 'drill') return entry;
      const drill = isDrill(given) ? given : { target: 'random', checks: drillChecks };
      return { ...entry, target: drill.target, checks: drill.checks };
    });
  });
}

const plainEntry: Omit<ScheduleEntryInput, 'cron'> = { repositories: [], catchUp: true };

function isDrill(entry: object): entry is DrillInput {
  return 'checks' in entry;
}

/** One kind each: rules/channels.ts reports an error when not. */
function normalizeChannel(name: string, input: NotifyInput): readonly NotifyChannel[] {
  return notifyKinds.flatMap((kind): readonly NotifyChannel[] => {
    const target = input[kind];
    if (target === undefined) return [];
    const { on, stanzas, wait, every, url, caFile, proxy } = input;
    const { smtp, from, to, startTls } = input;
    return [
      {
        name,
        kind,
        target,
        on,
        stanzas,
        wait,
        repeat: { critical: secondsOf(input.repeat.critical), warning: secondsOf(input.repeat.warning) },
        every,
        signingSecret: input.secret,
        mail: smtp && from !== undefined ? { smtp, from, to, startTls: startTls ?? 'required' } : undefined,
        url,
        caFile,
        proxy,
      },
    ];
  });
}

function secondsOf(time: number | 'never'): number | undefined {
  return time === 'never' ? undefined : time;
}

function normalizeConsul(input: FileInput['consul']): ConsulSettings | undefined {
  if (input === undefined) return undefined;
  const { url, token, service, id, ttl, register, caFile } = input;
  return { url: url.replace(/\/+$/, ''), token, service, id, ttl, register, caFile };
}
