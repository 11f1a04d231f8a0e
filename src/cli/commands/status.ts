import { askDaemon, unreachable } from '../../daemon/control-client.ts';
import { isFailure } from '../../model/failure.ts';
import { findingsExitCode } from '../../model/finding.ts';
import { narrowHealth } from '../../status/narrow-health.ts';
import { describeFinding, type HealthDocument } from '../../status/describe-health.ts';
import type { CommandInput, CommandModule, CommandResult } from '../command-definition.ts';
import type { CommandContext } from '../context.ts';
import { findDaemon } from '../find-daemon.ts';
import { lookForStatus } from '../status/look-for-status.ts';
import { pluginExitCode, renderPlugin, renderPluginFailure } from '../status/render-plugin.ts';
import { readLimit, renderHistory } from '../status/render-history.ts';
import { renderStatus } from '../status/render-status.ts';

/** `holdfast status`. */
export const run: CommandModule['run'] = async (input, context) => {
  if (input.flag('history')) return showHistory(input, context);
  if (!input.flag('plugin')) return showStatus(await readHealth(input, context));
  try {
    const { health } = await readHealth(input, context);
    return { data: { ...health }, text: renderPlugin(health), exitCode: pluginExitCode(health.status) };
  } catch (error) {
    // Whoever runs plugins knows four exit codes and shows the first line.
    if (!isFailure(error) || context.signal.aborted) throw error;
    return {
      data: { status: 'unknown', error: error.toJSON() },
      text: renderPluginFailure(error),
      exitCode: 3,
    };
  }
};

interface ReadHealth {
  readonly health: HealthDocument;
  readonly from: 'daemon' | 'command';
}

function showStatus({ health, from }: ReadHealth): CommandResult {
  return {
    data: { ...health, from },
    text: renderStatus(health, from),
    exitCode: findingsExitCode(health.findings),
  };
}

/** Of one stanza with `--stanza`, otherwise of all. @throws Failure daemon-unreachable, stanza-missing, … */
async function readHealth(input: CommandInput, context: CommandContext): Promise<ReadHealth> {
  const wanted = context.globals.stanza === undefined ? undefined : (await context.stanza()).name;
  const daemon = input.flag('direct') ? undefined : await findDaemon(context);
  if (daemon === undefined) {
    const health = await lookForStatus(context, wanted);
    return { health: narrowHealth(health, wanted), from: 'command' };
  }
  const answer = await askDaemon(daemon.socket, { ask: 'health' }, 'health', 10_000);
  if (answer === undefined) throw unreachable(daemon.socket, 'it ended while it was asked');
  return { health: narrowHealth(answer.health as unknown as HealthDocument, wanted), from: 'daemon' };
}

async function showHistory(input: CommandInput, context: CommandContext): Promise<CommandResult> {
  const limit = readLimit(input.value('limit'));
  const stanza = context.globals.stanza === undefined ? undefined : (await context.stanza()).name;
  const findings = (await context.journal()).findings.list({ stanza, limit });
  return { data: { findings: findings.map(describeFinding) }, text: renderHistory(findings, context.now()) };
}
