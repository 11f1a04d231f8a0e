import { readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { parseLsn, parseSegmentName, segmentStart } from '../../model/wal.ts';
import { quoteLiteral } from '../../postgres/query.ts';
import { readConfiguredSetting } from '../../postgres/read-configured-setting.ts';
import { readControlData, recoveryParameters } from '../../postgres/read-control-data.ts';
import { prepareScratch } from '../../postgres/scratch-config.ts';
import type { ControlData } from '../../postgres/server.ts';
import { writeOwnedFile } from '../../postgres/write-owned-file.ts';
import { clusterOf } from '../patroni/cluster-steps.ts';
import { keepMemberFiles } from '../patroni/keep-member-files.ts';
import type { RestorePlan } from '../restore-plan.ts';
import { archiveOf, segmentsIn } from './archive-listing.ts';
import { copyVerified, exists, listNames, syncPath } from './durable-files.ts';
import { findExpectedEnd } from './expected-end.ts';
import { parametersToRead } from './parameters-to-read.ts';
import type { Facts, RestoreContext, StepBody } from './restore-context.ts';
import { memorySettings } from './memory-settings.ts';
import { appendOverrides, ownValue, recoveryOverrides, targetSettings } from './recovery-overrides.ts';

/**
 * Makes the restored files startable: settings that hold while it recovers, the salvaged WAL in its pg_wal, and for
 * `latest` the form of recovery that does not promote by itself.
 *
 * With `recovery.signal` a server that finds no more WAL promotes at once, also when it only met a hole, and begins to
 * archive a new timeline. With `standby.signal` it waits there, so that it can be looked at first. An explicit target
 * pauses by itself.
 *
 * @see https://www.postgresql.org/docs/current/runtime-config-wal.html#RUNTIME-CONFIG-WAL-ARCHIVE-RECOVERY
 */
export const prepareServer: StepBody = async (context) => {
  const { plan, restored } = context;
  const control = await readNeeds(context);
  const copying = plan.mode === 'into' ? Promise.resolve([]) : copySalvage(context, control.walSegmentSize);
  const { kind } = plan.target.target;
  const expecting = kind === 'latest' ? findExpectedEnd(context, control.walSegmentSize) : undefined;
  // Whatever goes wrong with the settings is told first; both are awaited below.
  for (const work of [copying, expecting]) work?.catch(() => {});
  const settings =
    plan.mode === 'into' ? await prepareCopy(context, control) : await prepareInPlace(context, control);
  await context.checkpoint('prepare-server: settings written');
  const copied = await copying;
  if (kind === 'latest') await waitInsteadOfPromoting(restored.node.path);
  const expectedEnd = await expecting;
  return {
    facts: { ...settings, copied, expectedEnd, walSegmentSize: control.walSegmentSize },
    summary: [
      plan.mode === 'into'
        ? `archiving off, port ${restored.node.port}`
        : 'settings for the recovery written',
      ...(copied.length > 0 ? [`${copied.length} salvaged WAL files put into pg_wal`] : []),
    ].join(', '),
  };
};

/**
 * The control file of the set, with the parameters raised to what the cluster needed last: WAL that is replayed may
 * hold a change to higher ones, and a hot standby below them stops there.
 */
async function readNeeds({ plan, restored }: RestoreContext): Promise<ControlData> {
  const control = await readControlData(restored);
  const parameters = { ...control.parameters };
  for (const { name, needed } of plan.parameters) parameters[name] = Math.max(needed, parameters[name] ?? 0);
  return { ...control, parameters };
}

/** A copy never archives and has a port and socket of its own. */
async function prepareCopy(context: RestoreContext, control: ControlData): Promise<Facts> {
  const { plan, production } = context;
  await prepareScratch(production, {
    dataDirectory: plan.directories.data,
    port: plan.server.port,
    listenAddresses: plan.listenAddresses,
    control,
    settings: {
      recovery_min_apply_delay: '0',
      wal_retrieve_retry_interval: '1s',
      ...memorySettings(plan.bounds),
    },
  });
  return { previous: {} };
}

/** Notes what ALTER SYSTEM had set before, so that it is put back after the promotion. */
async function prepareInPlace(context: RestoreContext, control: ControlData): Promise<Facts> {
  const { plan, restored } = context;
  if (clusterOf(plan) !== undefined) await keepMemberFiles(plan);
  const file = join(restored.node.path, 'postgresql.auto.conf');
  const text = (await exists(file)) ? await readFile(file, 'utf8') : '';
  const raised: Record<string, string> = {};
  const raise = async (name: string): Promise<void> => {
    const needed = control.parameters[name] ?? 0;
    const configured = Number(await readConfiguredSetting(restored, name));
    if (Number.isFinite(configured) && configured < needed) raised[name] = String(needed);
  };
  const configFile = restored.configFile ?? join(restored.node.path, 'postgresql.conf');
  const main = await readFile(configFile, 'utf8').catch(() => undefined);
  await Promise.all(parametersToRead(control.parameters, [main, text]).map(raise));
  const overrides = { ...recoveryOverrides, ...raised };
  await writeOwnedFile(file, appendOverrides(text, overrides), restored.owner, 0o600);
  const previous = Object.fromEntries(
    // All parameters: more of them may be raised while it recovers.
    [...Object.keys(recoveryOverrides), ...recoveryParameters].map((name) => [
      name,
      ownValue(text, name) ?? null,
    ]),
  );
  return { previous, raised };
}

/**
 * The statements that end what `prepareInPlace` wrote: ALTER SYSTEM takes all lines of a setting out of
 * postgresql.auto.conf before it writes one. Each rewrites and syncs that file, so only what is in it is reset.
 *
 * @param previous setting → its value before, null where it had none
 * @param autoConf the text of postgresql.auto.conf as it is now
 */
export function resetStatements(
  previous: Readonly<Record<string, string | null>>,
  autoConf: string,
): string[] {
  const present = new Set(
    [...autoConf.matchAll(/^\s*([a-z_.]+)\s*=/gim)].map((match) => match[1]?.toLowerCase()),
  );
  const resets = [...Object.keys(previous), ...targetSettings]
    .filter((name) => present.has(name) && (previous[name] ?? null) === null)
    .map((name) => `ALTER SYSTEM RESET ${name}`);
  const sets = Object.entries(previous).flatMap(([name, value]) =>
    value === null ? [] : [`ALTER SYSTEM SET ${name} = ${quoteLiteral(value)}`],
  );
  return [...resets, ...sets, 'SELECT pg_reload_conf()'];
}

/**
 * Puts salvaged WAL where recovery looks when the archive has not got it. What is archived is left out: recovery reads
 * the archive first, and two versions of one segment are one too many.
 */
async function copySalvage(context: RestoreContext, segmentSize: number): Promise<string[]> {
  const { plan, restored, deps } = context;
  const { salvage } = plan.directories;
  if (salvage === undefined) return [];
  const archive = archiveOf(deps.engine, plan);
  const copied: string[] = [];
  for (const name of await listNames(salvage)) {
    if (!/^[0-9A-F]{24}$/.test(name) && !/^[0-9A-F]{8}\.history$/.test(name)) continue;
    if (isBehindStop(plan, name, segmentSize)) continue;
    const archived = name.length === 24 && (await segmentsIn(archive, name.slice(0, 16))).includes(name);
    if (archived) continue;
    await copyVerified(join(salvage, name), join(restored.node.path, 'pg_wal', name), restored.owner);
    await context.checkpoint(`prepare-server: copied ${name}`);
    copied.push(name);
  }
  return copied;
}

/** More than any record of a commit or a restore point takes. */
const longestRecord = 16n * 1024n * 1024n;

/** Whether a segment comes after all that recovery reads: the record that stops it was found when the plan was made. */
export function isBehindStop(plan: Pick<RestorePlan, 'target'>, name: string, segmentSize: number): boolean {
  const stop = plan.target.stop === undefined ? undefined : parseLsn(plan.target.stop.lsn);
  const segment = parseSegmentName(name, segmentSize);
  return (
    stop !== undefined &&
    segment !== undefined &&
    segmentStart(segment.number, segmentSize) > stop + longestRecord
  );
}

async function waitInsteadOfPromoting(directory: string): Promise<void> {
  const signal = join(directory, 'recovery.signal');
  // After a crash behind the rename only the new name is there.
  if (await exists(signal)) await rename(signal, join(directory, 'standby.signal'));
  await syncPath(directory);
}
