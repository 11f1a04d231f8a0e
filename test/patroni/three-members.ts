import { readFileSync } from 'node:fs';
import { parse, stringify } from 'yaml';
import { writeConfiguration } from '../support/configuration.ts';
import type { TestCluster } from '../support/cluster.ts';
import { mustRunHoldfast } from '../support/holdfast.ts';
import { bedOf, type ProtectedBed } from '../support/protected-bed.ts';
import type { Sandbox } from '../support/sandbox.ts';
import {
  createPatroniCluster,
  type MemberFile,
  type PatroniCluster,
  type PatroniMember,
} from './patroni-cluster.ts';

/** Three hosts, each with a member, a holdfast.yaml and a rendered pgbackrest.conf of its own; one repository. */
export interface ThreeMembers {
  readonly patroni: PatroniCluster;
  readonly members: readonly [PatroniMember, PatroniMember, PatroniMember];
  /** Holdfast on the host of each. */
  readonly hosts: readonly [ProtectedBed, ProtectedBed, ProtectedBed];
}

const user = { username: 'holdfast', password: 'for-tests-only' };

/**
 * The first member archives, has a stanza and one full backup; the others were made from that backup by pgBackRest. Their
 * REST API wants a password for whatever changes something; that of the third is another one than the others', so that it
 * takes no order from Holdfast.
 */
export async function createThreeMembers(sandbox: Sandbox): Promise<ThreeMembers> {
  const [first, ...rest] = ['n1', 'n2', 'n3'] as const;
  const patroni = await createPatroniCluster(sandbox);
  const leader = await addFirst(sandbox, patroni, first);
  const others = [];
  for (const name of rest) others.push(await addHost(sandbox, patroni, name));
  const all = [leader, ...others];
  return {
    patroni,
    members: all.map(({ member }) => member) as unknown as ThreeMembers['members'],
    hosts: all.map(({ bed }) => bed) as unknown as ThreeMembers['hosts'],
  };
}

/** A host with Holdfast and a member. */
export interface MemberHost {
  readonly member: PatroniMember;
  readonly bed: ProtectedBed;
}

/** The first member of a cluster: it archives, has a stanza and a full backup. */
export async function addFirst(sandbox: Sandbox, patroni: PatroniCluster, name: string): Promise<MemberHost> {
  sandbox.write('patroni.password', `${user.password}\n`, 0o600);
  const host = await addHost(sandbox, patroni, name);
  await host.bed.mustRun(['setup', '--yes', '--no-backup']);
  await host.bed.backup('full');
  return host;
}

async function addHost(sandbox: Sandbox, patroni: PatroniCluster, name: string): Promise<MemberHost> {
  let bed: ProtectedBed | undefined;
  const member = await patroni.addMember(name, {
    adapt: async (described, cluster) => {
      bed = hostOf(sandbox, name, cluster, `http://${described.restapi.connect_address}`);
      await mustRunHoldfast(['--config', bed.configuration.file, 'render', 'pgbackrest', '--out', '/']);
      const password = name === 'n3' ? 'of somebody else' : user.password;
      const adapted = adaptFile(described, bed, { ...user, password });
      return editFile(sandbox.write(`${name}.before.yml`, stringify(adapted), 0o644), bed);
    },
  });
  return { member, bed: bed as ProtectedBed };
}

/** The log of a member's Patroni and its server. */
export function logOf(member: PatroniMember): string {
  return readFileSync(member.program.logFile, 'utf8');
}

/** What the unit of a member's Patroni would be called; there is no systemd that could have it. */
export function unitOf(name: string): string {
  return `patroni-${name}`;
}

function hostOf(sandbox: Sandbox, name: string, cluster: TestCluster, url: string): ProtectedBed {
  const password = `file:${sandbox.file('patroni.password')}`;
  const keys = {
    patroni: { url, username: user.username, password, config: sandbox.file(`${name}.yml`) },
    options: { 'archive-async': 'n' },
  };
  const repositories = { local: { path: sandbox.file('repository'), retention: { full: 2 } } };
  const stanzas = { main: { cluster, repositories, keys } };
  const shellUser = sandbox.runAs === undefined ? 'engine' : 'root';
  const deploy = { runbook: { shellUser }, ansible: { patroni: { service: unitOf(name) } } };
  return bedOf(sandbox, cluster, writeConfiguration(sandbox, stanzas, { deploy }, `host-${name}`));
}

/** What a member needs for replicas that pgBackRest makes, as Holdfast writes it into a patroni.yml. */
async function editFile(file: string, { configuration }: ProtectedBed): Promise<object> {
  await mustRunHoldfast(['--config', configuration.file, 'render', 'patroni', '--into', file]);
  return parse(readFileSync(file, 'utf8')) as object;
}

/** Archiving from the DCS, each member with the engine's file of its own host. */
function adaptFile(
  described: MemberFile,
  { configuration }: ProtectedBed,
  authentication: typeof user,
): object {
  const engine = `pgbackrest --config=${configuration.engineFile} --config-include-path=${configuration.includeDirectory} --stanza=main`;
  const { bootstrap, postgresql } = described;
  const { dcs } = bootstrap;
  return {
    ...described,
    restapi: { ...described.restapi, authentication },
    // Others may be copied from it: it has to be made anew before they are.
    ...(described.name === 'n2' ? { tags: { clonefrom: true } } : {}),
    bootstrap: {
      ...bootstrap,
      dcs: {
        ...dcs,
        // Whatever is written while no replica streams must not wait for one.
        synchronous_mode: true,
        postgresql: {
          ...dcs.postgresql,
          use_pg_rewind: true,
          parameters: { ...dcs.postgresql.parameters, archive_mode: 'on', archive_timeout: '60s' },
        },
      },
    },
    postgresql: {
      ...postgresql,
      parameters: { ...postgresql.parameters, archive_command: `${engine} archive-push "%p"` },
      recovery_conf: { restore_command: `${engine} archive-get %f "%p"` },
    },
  };
}
