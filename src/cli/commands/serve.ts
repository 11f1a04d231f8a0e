import type { Configuration } from '../../config/configuration.ts';
import { problemsFailure } from '../../config/problems.ts';
import type { LoadedConfiguration } from '../../daemon/daemon-parts.ts';
import { runDaemon } from '../../daemon/run-daemon.ts';
import { formatLogJson, formatLogLine, type ServeLog } from '../../daemon/serve-log.ts';
import { openEngine } from '../../engine/open-engine.ts';
import { runJob } from '../../jobs/run/run-job.ts';
import { settleOrphans } from '../../jobs/run/settle-orphans.ts';
import type { EngineVersion } from '../../model/engine-version.ts';
import { parseDuration } from '../../model/duration.ts';
import { Failure } from '../../model/failure.ts';
import type { CommandModule } from '../command-definition.ts';
import type { CommandContext } from '../context.ts';
import { createJobDeps } from '../create-job-deps.ts';
import { readPackageVersion } from '../package-version.ts';

/** `holdfast serve`. */
export const run: CommandModule['run'] = async (input, context) => {
  const drainMs = readDuration('drain', input.value('drain'), 0);
  const stopTimeoutMs = readDuration('stop-timeout', input.value('stop-timeout'), 60);
  // Until it runs a reload has nothing to do: the file is only being read.
  context.stop.onHangup(() => {});
  const loaded = await load(context);
  await runDaemon({
    version: readPackageVersion(import.meta.dirname),
    loaded,
    load: () => load(context),
    openEngine: (configuration) => openEngineOf(configuration, context),
    deps: await createJobDeps(context),
    work: { runJob, settleOrphans },
    actor: { ...(await context.actor()), via: 'daemon' },
    owner: await context.stepDown(),
    log: createLog(context),
    env: context.env,
    stop: context.signal,
    killChildren: context.stop.killChildren,
    onReload: context.stop.onHangup,
    drainMs,
    stopTimeoutMs,
  });
  return { data: {}, text: '' };
};

/** The file as it is now, with the engine that is there now. @throws Failure config-invalid, engine-missing, … */
async function load(context: CommandContext): Promise<LoadedConfiguration> {
  const engine = await openEngineOf(await readValid(context, undefined), context);
  // Which options there are depends on the engine's version.
  return { configuration: await readValid(context, engine.version), engine };
}

async function readValid(
  context: CommandContext,
  version: EngineVersion | undefined,
): Promise<Configuration> {
  const { configuration, problems } = await context.readConfiguration(version);
  if (configuration !== undefined) return configuration;
  throw problemsFailure(problems);
}

async function openEngineOf(
  { engine }: Configuration,
  context: CommandContext,
): Promise<LoadedConfiguration['engine']> {
  return openEngine(engine, { path: context.path, runAs: await context.stepDown() });
}

function createLog({ terminal, globals, now }: CommandContext): ServeLog {
  const format = globals.json ? formatLogJson : formatLogLine;
  return (entry) => {
    const line = format(entry, now());
    if (entry.level === 'info') terminal.printNote(line);
    else terminal.printWarning(line);
  };
}

/** @param otherwise seconds. @returns milliseconds. @throws Failure usage */
function readDuration(option: string, text: string | undefined, otherwise: number): number {
  const seconds = text === undefined ? otherwise : parseDuration(text);
  if (seconds !== undefined && seconds >= 0 && seconds <= 7 * 86_400) return seconds * 1000;
  throw new Failure('usage', {
    operation: `read --${option}`,
    problem: `${JSON.stringify(text)} is not a duration from 0s to 7d`,
    hint: `Write it as --${option} 90s.`,
  });
}
