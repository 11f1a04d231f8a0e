import type { Configuration, Stanza } from '../../config/configuration.ts';
import { isFailure } from '../../model/failure.ts';
import { median } from '../../model/median.ts';
import { locateServer } from '../../postgres/locate-server.ts';
import { tookSeconds } from '../../recovery/estimate/estimate-restore.ts';
import { readRestoreSamples } from '../../recovery/estimate/restore-sample.ts';
import { planRunbook } from '../../render/runbook/plan-runbook.ts';
import type { MeasuredRestores, ServerSite, StanzaKnowledge } from '../../render/runbook/runbook-site.ts';
import type { Runbook } from '../../render/runbook/runbook.ts';
import type { CommandContext } from '../context.ts';
import { installedEngineVersion } from '../installed-engine-version.ts';
import { readEngineVersion } from '../read-engine-version.ts';

/** The runbook with what this host and its journal know, where this user may look. */
export async function makeRunbook(context: CommandContext, host: string | undefined): Promise<Runbook> {
  const configuration = await context.configuration();
  const version =
    (await installedEngineVersion(context, configuration)) ??
    readEngineVersion(configuration.deploy.engineVersion);
  if (version === undefined) throw new Error('deploy.engineVersion has a default');
  const mayLook = await mayLookAround(context);
  if (!mayLook)
    context.terminal.printNote(
      'holdfast: neither the server nor the journal was looked at: only root and the user of pgBackRest may',
    );
  const knowledge: StanzaKnowledge[] = [];
  for (const stanza of configuration.stanzas) {
    knowledge.push({
      stanza: stanza.name,
      server: mayLook ? await observeServer(context, stanza, host) : undefined,
      measured: mayLook ? await measuredRestores(context, stanza.name) : [],
    });
  }
  return planRunbook(configuration, { host, version, knowledge });
}

async function mayLookAround(context: CommandContext): Promise<boolean> {
  if (context.uid === 0) return true;
  try {
    return (await context.engineUser()).uid === context.uid;
  } catch (error) {
    if (isFailure(error, 'not-permitted')) return false;
    throw error;
  }
}

/** The node of this host; undefined where it is not here, and the layout of its directory must tell. */
async function observeServer(
  context: CommandContext,
  { nodes }: Stanza,
  host: string | undefined,
): Promise<ServerSite | undefined> {
  const node = nodes.find((candidate) => candidate.host === undefined);
  if (host !== undefined || node === undefined) return undefined;
  try {
    const found = await locateServer(node, { path: context.path, currentUid: context.uid });
    const { binDirectory, socketDirectory, configFile, control } = found;
    return { binDirectory, socketDirectory, configFile, control };
  } catch (error) {
    if (isFailure(error, 'nothing-found', 'not-permitted')) return undefined;
    throw error;
  }
}

async function measuredRestores(context: CommandContext, stanza: string): Promise<MeasuredRestores[]> {
  const configuration: Configuration = await context.configuration();
  const { existsSync } = await import('node:fs');
  // A look must not make a state directory where there is none.
  if (!existsSync(configuration.stateDirectory)) return [];
  const samples = readRestoreSamples(await context.journal(), stanza);
  return [...new Set(samples.map(({ repository }) => repository))].map((repository) => {
    const own = samples.filter((sample) => sample.repository === repository);
    return {
      repository,
      seconds: median(own.map(tookSeconds)),
      bytes: own[0]?.restoredBytes ?? 0,
      count: own.length,
      lastAt: own[0]?.endedAt ?? 0,
    };
  });
}
