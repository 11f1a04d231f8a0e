import { setTimeout as sleep } from 'node:timers/promises';
import { existsSync } from 'node:fs';
import { Failure } from '../model/failure.ts';
import { identifyProcess } from '../process/process-identity.ts';
import type { ResumeDependencies } from '../recovery/apply/resume-restore.ts';
import { markerFile } from '../recovery/apply/restore-marker.ts';
import { readRestoreFacts } from '../recovery/apply/restore-run.ts';
import { standOfRestore, type RestoreStand } from '../recovery/apply/stand-of-restore.ts';
import type { RestoreEvent } from '../recovery/apply/restore-context.ts';
import type { Journal } from '../store/journal.ts';
import { backUpRestored } from './back-up-restored.ts';
import type { CommandContext } from './context.ts';
import { openPatroni } from './open-patroni.ts';

/**
 * What restores, resumes and undos are carried out with; the events go to `emit`.
 *
 * @param stanzaName given when the cluster itself is restored: a copy does nothing to Patroni
 */
export async function restoreDependencies(
  context: CommandContext,
  emit: (event: RestoreEvent) => void,
  stanzaName?: string,
): Promise<ResumeDependencies> {
  const [engine, journal, actor] = [await context.engine(), await context.journal(), await context.actor()];
  return {
    engine,
    journal,
    actor,
    cause: context.cause,
    process: identifyProcess(process.pid),
    currentUid: context.uid,
    now: () => context.now(),
    // Not bound to the signal: a step that waits looks at the signal itself, at a place where it may stop.
    sleep: (milliseconds) => sleep(milliseconds),
    emit,
    signal: context.signal,
    ...(await clusterDependencies(context, stanzaName)),
  };
}

/** What a cluster under Patroni needs besides. @param name of its stanza; undefined: there is nothing of Patroni to do */
async function clusterDependencies(
  context: CommandContext,
  name: string | undefined,
): Promise<Pick<ResumeDependencies, 'patroni' | 'backUp'>> {
  if (name === undefined) return {};
  const stanza = (await context.configuration()).stanzas.find((one) => one.name === name);
  if (stanza?.patroni === undefined) return {};
  return {
    patroni: await openPatroni(stanza, context),
    backUp: (say) => backUpRestored(stanza, context, say),
  };
}

/**
 * The restore of a stanza into its own directory that stopped in the middle: killed, failed or interrupted after it
 * began to change something.
 */
export function findUnfinishedRestore(journal: Journal, stanza: string): RestoreStand | undefined {
  for (const run of journal.listRuns({ stanza, kind: 'restore' })) {
    const { plan } = readRestoreFacts(run);
    if (plan.mode === 'into') continue;
    const stand = standOfRestore(journal, run);
    const open = stand.state === 'running' || stand.state === 'stopped' || stand.state === 'undoing';
    if (open && (run.result === 'running' || existsSync(markerFile(plan)))) return stand;
  }
  return undefined;
}

/** The failure that says where an unfinished restore stands and what can be typed now. */
export function unfinishedFailure(stanza: string, stand: RestoreStand): Failure {
  return new Failure('operation-unfinished', {
    operation: `restore stanza ${stanza}`,
    problem: `the restore ${stand.id} ${stand.description}`,
    hint:
      stand.next.length === 0
        ? 'Wait until it has ended.'
        : `Finish or undo it first: ${stand.next.map((command) => `\`${command}\``).join(' or ')}.`,
    details: { id: stand.id, state: stand.state, done: stand.done, at: stand.at, next: stand.next },
  });
}
