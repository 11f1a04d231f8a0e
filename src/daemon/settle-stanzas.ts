import type { Stanza } from '../config/configuration.ts';
import { Failure } from '../model/failure.ts';
import { followUpOfRun } from '../jobs/queue/follow-up.ts';
import { rebuildFromRepositories } from '../jobs/journal/rebuild-from-repositories.ts';
import { isAlive } from '../process/process-identity.ts';
import type { RunRecord } from '../store/journal.ts';
import type { DaemonParts } from './daemon-parts.ts';
import type { Daemon } from './daemon.ts';

/** Milliseconds between two looks at a process that is none of ours. */
const lookEveryMs = 2000;
/** Before repositories are asked again that could not be read. */
const rebuildEveryMs = 600_000;
/** Before orphans are looked at again that could not be settled. */
const retryMs = 60_000;

/**
 * Brings every stanza to where its schedule can go on. Each stanza for itself and in the background: one whose server
 * or repository does not answer keeps no other from running.
 *
 * @returns when all are done, or the stop was asked for
 */
export async function settleStanzas(daemon: Daemon, parts: DaemonParts): Promise<void> {
  await Promise.all(
    daemon.held.configuration.stanzas.map(async (stanza) => {
      await Promise.all([waitForOthers(stanza.name, daemon, parts), settleOrphansOf(stanza, daemon, parts)]);
      if (!parts.stop.aborted) daemon.scheduler.resume(stanza.name);
    }),
  );
}

/** A journal that was lost learns from the repositories what they know: in the background, until all of them were read. */
export async function rebuildJournal(daemon: Daemon, { deps, actor, log, stop }: DaemonParts): Promise<void> {
  try {
    while (deps.journal.isRebuildPending() && !stop.aborted) {
      const loaded = await daemon.held.forJob();
      const { added, unreadable } = await rebuildFromRepositories({
        ...loaded,
        journal: deps.journal,
        actor,
        signal: stop,
      });
      const left = unreadable.map(({ stanza, repository }) => `${stanza}/${repository}`).join(', ');
      const tell = (text: string): void => log({ level: 'info', event: 'journal-rebuilt', text });
      if (added.length > 0)
        tell(`${added.length} backups that the journal did not know were found in the repositories`);
      if (left !== '') tell(`not looked through for such backups yet: ${left}`);
      if (left !== '') await deps.clock.sleep(rebuildEveryMs, stop);
    }
  } catch (error) {
    if (stop.aborted) return;
    if (!(error instanceof Failure)) return daemon.reportBug(error);
    log({ level: 'error', event: 'journal-failed', text: `the journal is not rebuilt: ${error.message}` });
  }
}

/**
 * Runs of a previous Holdfast: their engines may still work. Until that is settled nothing is begun that the engine
 * would refuse, and what only looks at things goes on.
 */
async function settleOrphansOf(stanza: Stanza, daemon: Daemon, parts: DaemonParts): Promise<void> {
  const { deps, work, log, stop } = parts;
  using hold = daemon.queue.hold(stanza.name, 'what an earlier Holdfast left behind is looked at', 'changes');
  const note = (text: string): void =>
    log({ level: 'info', event: 'orphan', text: `${stanza.name}: ${text}`, facts: { stanza: stanza.name } });
  try {
    await hold.granted;
    while (!stop.aborted) {
      try {
        const loaded = await daemon.held.forJob();
        const settled = await work.settleOrphans(
          { ...deps, ...loaded },
          {
            stanza: stanza.name,
            signal: stop,
            emit: (event) => {
              if (event.kind === 'note') note(event.text);
            },
          },
        );
        for (const next of settled.map(followUpOfRun)) if (next) daemon.queue.submit(next);
        for (const run of settled)
          note(`${run.id} ${run.result}${run.label === undefined ? '' : `, ${run.label}`}`);
        if (settled.length > 0) daemon.watches.refresh(stanza.name);
        return;
      } catch (error) {
        if (stop.aborted) return;
        if (!(error instanceof Failure)) throw error;
        note(`${error.message}; tried again in a minute`);
        await deps.clock.sleep(retryMs, stop);
      }
    }
  } catch (error) {
    // Also the sleep and the hold end so.
    if (!stop.aborted) daemon.reportBug(error);
  }
}

/**
 * A restore, an undo or a setup that a command began while no daemon ran: it holds its stanza as if it had been able to
 * ask for that.
 */
async function waitForOthers(
  stanza: string,
  daemon: Daemon,
  { deps, stop, log }: DaemonParts,
): Promise<void> {
  const others = deps.journal.unfinishedRuns().filter((run) => isAtWork(run, stanza, deps.pid));
  const [first] = others;
  if (first === undefined) return;
  const why = `${first.kind} ${first.id} is going on`;
  using hold = daemon.queue.hold(stanza, why);
  log({ level: 'info', event: 'held', text: `${stanza}: waits, ${why}`, facts: { stanza } });
  try {
    await hold.granted;
    while (others.some((run) => run.process !== undefined && isAlive(run.process)))
      await deps.clock.sleep(lookEveryMs, stop);
  } catch (error) {
    if (!stop.aborted) throw error;
  }
}

function isAtWork(run: RunRecord, stanza: string, ownPid: number): boolean {
  const kinds: readonly RunRecord['kind'][] = ['restore', 'undo', 'setup'];
  if (run.stanza !== stanza || !kinds.includes(run.kind) || run.process === undefined) return false;
  return run.process.pid !== ownPid && isAlive(run.process);
}
