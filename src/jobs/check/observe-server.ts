import { archiveCommand } from '../../engine/conf/archive-command.ts';
import { isFailure } from '../../model/failure.ts';
import { readArchiverStatus } from '../../postgres/archiver.ts';
import { inspectProduction } from '../../postgres/look-elsewhere.ts';
import { queryRow } from '../../postgres/query.ts';
import { readControlData } from '../../postgres/read-control-data.ts';
import type { Server } from '../../postgres/server.ts';
import { readSettings } from '../../postgres/settings.ts';
import type { ClockObservation, ServerObservation } from '../../status/observations.ts';
import { archivingSettings } from '../setup/plan-settings.ts';
import type { CheckContext } from './check-deps.ts';
import { readStrayVariables } from './observe-machine.ts';

/** The server as it is; what it does not answer stays undefined. */
export async function observeServer(context: CheckContext, server: Server): Promise<ServerObservation> {
  const state = await inspectProduction(server);
  const control = await orUndefined(readControlData(server));
  const answers = state.accepting && state.inRecovery !== undefined;
  const settings = answers ? await orUndefined(readSettings(server, archivingSettings)) : undefined;
  return {
    running: state.running,
    accepting: state.accepting,
    inRecovery: state.inRecovery,
    problem: state.problem,
    major: server.major,
    settings:
      settings === undefined
        ? undefined
        : Object.fromEntries(
            [...settings].map(([name, { value, pendingRestart }]) => [name, { value, pendingRestart }]),
          ),
    wantedArchiveCommand: archiveCommand(context.engine.settings, context.stanza.name),
    archiver: answers ? await orUndefined(readArchiverStatus(server)) : undefined,
    dataChecksums: control?.dataChecksums,
    // What another container is started with stands in its deployment, and cannot be seen from here.
    strayVariables: state.elsewhere === undefined ? await readStrayVariables(state.pid) : [],
  };
}

/** The database's clock between two readings of the host's. */
export async function observeClock(
  context: CheckContext,
  server: Server,
): Promise<ClockObservation | undefined> {
  const before = context.now();
  const row = await orUndefined(
    queryRow<{ ms: string; zone: string }>(
      server,
      `SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint::text AS ms, current_setting('TimeZone') AS zone`,
    ),
  );
  if (row === undefined) return undefined;
  return {
    before,
    database: Number(row.ms),
    after: context.now(),
    databaseZone: row.zone,
    hostZone: context.hostZone,
  };
}

/** A failure to see something is not a failure of the check: it is judged as unknown. */
async function orUndefined<Value>(seen: Promise<Value>): Promise<Value | undefined> {
  try {
    return await seen;
  } catch (error) {
    if (isFailure(error) && error.kind !== 'interrupted') return undefined;
    throw error;
  }
}
