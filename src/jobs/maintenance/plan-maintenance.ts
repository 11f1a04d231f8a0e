import type { Stanza } from '../../config/configuration.ts';
import { runCommand } from '../../process/run-command.ts';
import type { Journal } from '../../store/journal.ts';
import type { JobDeps, JobRunOptions } from '../job-deps.ts';
import { findStopFiles } from './find-stop-files.ts';
import type { MaintenancePart, MaintenancePlan } from './maintenance-plan.ts';
import { planEngineLogs, planRunLogs, type LogRules, type RunOfLog } from './plan-logs.ts';
import { planExpiredPins } from './plan-expired-pins.ts';
import { planRestoreLeftovers } from './plan-restore-leftovers.ts';
import { planSpool } from './plan-spool.ts';
import { planTemporaryFiles } from './plan-temporary-files.ts';

/** Looks at everything that maintenance of a stanza is about, and says what it would do. Changes nothing. */
export async function planMaintenance(
  stanza: Stanza,
  deps: Pick<JobDeps, 'configuration' | 'engine' | 'journal' | 'clock'>,
  options: Pick<JobRunOptions, 'signal' | 'onSpawn'>,
): Promise<MaintenancePlan> {
  const { configuration, journal, engine } = deps;
  const { stateDirectory } = configuration;
  const settings = configuration.engine;
  const now = deps.clock.now();
  const rules: LogRules = { keepMs: configuration.jobs.keepLogs * 1000, now };
  const { name } = stanza;
  const local = stanza.nodes.filter((node) => node.host === undefined).map((node) => node.path);
  const parts: MaintenancePart[] = [
    onlyActions(await planEngineLogs(settings.logDirectory, name, rules)),
    onlyActions(await planRunLogs(stateDirectory, name, (id) => runOfLog(journal, id), rules)),
    { actions: [], findings: await findStopFiles(settings.lockDirectory, name, now) },
    await planSpool(settings.spoolDirectory, name, { dataDirectories: local }, now),
    await planRestoreLeftovers(name, { journal, stateDirectory, rules, measure }),
    onlyActions(await planTemporaryFiles(settings, now)),
    await planExpiredPins(engine, name, stanza.repositories, { ...options, now }),
  ];
  return {
    stanza: name,
    actions: parts.flatMap((part) => part.actions),
    findings: parts.flatMap((part) => part.findings),
  };
}

function onlyActions(actions: MaintenancePart['actions']): MaintenancePart {
  return { actions, findings: [] };
}

function runOfLog(journal: Journal, id: string): RunOfLog | undefined {
  const run = journal.findRun(id);
  return run === undefined ? undefined : { stanza: run.stanza, isUnfinished: run.result === 'running' };
}

/** Bytes on disk, without other file systems; looked for twenty seconds. */
async function measure(path: string): Promise<number | undefined> {
  const result = await runCommand({
    command: '/usr/bin/du',
    args: ['--summarize', '--one-file-system', '--block-size=1', '--', path],
    env: { LC_ALL: 'C.UTF-8' },
    timeoutMs: 20_000,
  });
  const bytes = /^(\d+)\t/.exec(result.stdout)?.[1];
  return result.code === 0 && bytes !== undefined ? Number(bytes) : undefined;
}
