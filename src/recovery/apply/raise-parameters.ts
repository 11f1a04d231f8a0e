import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { queryRow } from '../../postgres/query.ts';
import { recoveryParameters } from '../../postgres/read-control-data.ts';
import { classifyStartFailure } from '../../postgres/start-failure.ts';
import { writeOwnedFile } from '../../postgres/write-owned-file.ts';
import { readRecoveryLog, type LogPlace } from './recovery-log.ts';
import { addFinding, type RestoreContext } from './restore-context.ts';
import { stopWhateverRuns } from './stop-old-server.ts';

/** Setting → value that the primary had when it wrote the WAL. */
export type NeededParameters = Readonly<Record<string, number>>;

/**
 * A change of the primary's parameters to higher values that replay has come to. A hot standby below them pauses
 * there, which looks like a target that was reached, and ends when it is told to go on.
 *
 * @returns what is too low right now, empty when nothing is
 * @see https://www.postgresql.org/docs/current/hot-standby.html#HOT-STANDBY-ADMIN
 */
export async function findLowParameters(
  context: RestoreContext,
  log: LogPlace | undefined,
): Promise<NeededParameters> {
  const { parameters } = classifyStartFailure(await readRecoveryLog(context.restored, log));
  const low: Record<string, number> = {};
  for (const [name, needed] of Object.entries(parameters)) {
    if (!isParameter(name)) continue;
    const row = await queryRow<{ value: string }>(
      context.restored,
      `SELECT current_setting('${name}') AS value`,
      { database: 'postgres' },
    );
    if (Number(row.value) < needed) low[name] = needed;
  }
  return low;
}

/** Stops the restored server and raises the settings for its next start. Taken back with the other overrides. */
export async function raiseParameters(context: RestoreContext, parameters: NeededParameters): Promise<void> {
  const { restored, limits, plan } = context;
  await stopWhateverRuns(restored, limits.stopMs);
  const file = join(restored.node.path, 'postgresql.auto.conf');
  const raised = Object.entries(parameters).filter(([name]) => isParameter(name));
  const lines = raised.map(([name, value]) => `${name} = ${value}\n`);
  await writeOwnedFile(file, (await readFile(file, 'utf8')) + lines.join(''), restored.owner, 0o600);
  addFinding(context, {
    rule: 'parameters-raised',
    severity: 'advice',
    subject: `stanza ${plan.stanza}`,
    problem: 'settings were raised for the recovery: the primary had higher ones when it wrote this WAL',
    evidence: raised.map(([name, value]) => `${name} ${value}`).join(', '),
    remedy: 'Look whether the configuration of this server is the one you want, before its next restart.',
  });
}

function isParameter(name: string): boolean {
  return (recoveryParameters as readonly string[]).includes(name);
}
