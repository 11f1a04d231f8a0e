import { join } from 'node:path';
import { Failure } from '../model/failure.ts';
import { parseLsn } from '../model/wal.ts';
import { runCommand } from '../process/run-command.ts';
import { serverEnvironment } from './server-environment.ts';
import type { ControlData, Server } from './server.ts';

/** Settings of a primary that a recovering server must not be below. */
export const recoveryParameters = [
  'max_connections',
  'max_worker_processes',
  'max_wal_senders',
  'max_prepared_transactions',
  'max_locks_per_transaction',
] as const;

/**
 * Reads the control file with pg_controldata, whether or not the server runs.
 *
 * @param directory defaults to the node's data directory
 * @throws Failure server-failed when there is no readable control file
 */
export async function readControlData(
  server: Pick<Server, 'node' | 'binDirectory' | 'owner' | 'runAs'>,
  directory = server.node.path,
): Promise<ControlData> {
  const result = await runCommand({
    command: join(server.binDirectory, 'pg_controldata'),
    args: ['-D', directory],
    env: serverEnvironment(server.owner, server.binDirectory),
    runAs: server.runAs,
    timeoutMs: 30_000,
  });
  const data = result.code === 0 ? parseControlData(result.stdout) : undefined;
  if (data !== undefined) return data;
  throw new Failure('server-failed', {
    operation: 'read the control file',
    place: directory,
    problem: result.stderr.split('\n')[0] || 'pg_controldata printed something that is not understood',
    hint: 'Is this the data directory of a PostgreSQL of the version whose programs were found?',
    details: { binDirectory: server.binDirectory },
  });
}

/** Takes apart what pg_controldata prints with an English locale; undefined when something needed is not in it. */
export function parseControlData(text: string): ControlData | undefined {
  const fields = new Map<string, string>();
  for (const line of text.split('\n')) {
    const match = /^([^:]+):\s+(.*)$/.exec(line);
    if (match) fields.set(match[1] as string, (match[2] as string).trim());
  }
  const checkpointLsn = parseLsn(fields.get('Latest checkpoint location') ?? '');
  const redoLsn = parseLsn(fields.get("Latest checkpoint's REDO location") ?? '');
  const systemIdentifier = fields.get('Database system identifier');
  if (checkpointLsn === undefined || redoLsn === undefined || !/^\d+$/.test(systemIdentifier ?? ''))
    return undefined;
  const numberOf = (name: string): number => Number(fields.get(name) ?? Number.NaN);
  const minimumRecoveryLsn = parseLsn(fields.get('Minimum recovery ending location') ?? '');
  return {
    systemIdentifier: BigInt(systemIdentifier as string),
    catalogVersion: numberOf('Catalog version number'),
    controlVersion: numberOf('pg_control version number'),
    state: fields.get('Database cluster state') ?? 'unknown',
    checkpointLsn,
    redoLsn,
    redoSegment: fields.get("Latest checkpoint's REDO WAL file") ?? '',
    timeline: numberOf("Latest checkpoint's TimeLineID"),
    nextXid: readFullXid(fields.get("Latest checkpoint's NextXID") ?? ''),
    walLevel: fields.get('wal_level setting') ?? 'unknown',
    walSegmentSize: numberOf('Bytes per WAL segment'),
    // Zero is "off"; every other number names an algorithm.
    dataChecksums: (fields.get('Data page checksum version') ?? '0') !== '0',
    parameters: Object.fromEntries(
      recoveryParameters.flatMap((name) => {
        const value = parameterField(fields, name);
        return value === undefined ? [] : [[name, value]];
      }),
    ),
    // 0/0 means that no recovery is under way.
    minimumRecoveryLsn: minimumRecoveryLsn === 0n ? undefined : minimumRecoveryLsn,
  };
}

/** pg_controldata shortens one name: `max_prepared_xacts`, `max_locks_per_xact` are those two parameters. */
function parameterField(fields: ReadonlyMap<string, string>, name: string): number | undefined {
  const shortened = name
    .replace('max_prepared_transactions', 'max_prepared_xacts')
    .replace('_transaction', '_xact');
  const text = fields.get(`${name} setting`) ?? fields.get(`${shortened} setting`);
  return text === undefined ? undefined : Number(text);
}

/** `epoch:xid` as one number, the way pg_current_xact_id() counts. */
function readFullXid(text: string): bigint {
  const match = /^(\d+)[:/](\d+)$/.exec(text);
  return match ? (BigInt(match[1] as string) << 32n) | BigInt(match[2] as string) : 0n;
}
