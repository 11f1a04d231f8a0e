import { readFile } from 'node:fs/promises';
import { Failure } from '../../model/failure.ts';
import { findServerProcesses } from '../../postgres/postmaster-processes.ts';
import { archiveOf, isArchived } from './archive-listing.ts';
import type { RestoreContext } from './restore-context.ts';

/** Watches a starting server that may wait for ever. */
export interface StartupWatch {
  /** Aborted when the wait is in vain. */
  readonly signal: AbortSignal;
  /** Why, then. */
  readonly failure: Failure | undefined;
  readonly stop: () => Promise<void>;
}

/** How long the same segment may be waited for before the archive is asked for it, milliseconds. */
const suspicionMs = 15_000;

/**
 * A server in standby mode waits for a missing segment for ever, before it is consistent without letting anybody in.
 * Its startup process says in its title what it waits for (`src/backend/access/transam/xlogrecovery.c`, XLogFileRead).
 * When the repository has not got that segment, the wait is in vain.
 */
export function watchForMissingWal(context: RestoreContext, step: 'start-server'): StartupWatch {
  const abort = new AbortController();
  let failure: Failure | undefined;
  const ended = new AbortController();
  const over = new Promise((resolve) => {
    ended.signal.addEventListener('abort', resolve, { once: true });
  });
  const watch = async (): Promise<void> => {
    let [segment, since] = [undefined as string | undefined, context.deps.now()];
    while (!ended.signal.aborted) {
      const now = await waitedFor(context.restored.node.path);
      if (now !== segment) [segment, since] = [now, context.deps.now()];
      if (segment !== undefined) context.progress(step, { message: `recovering ${segment}` });
      if (segment !== undefined && context.deps.now() - since > suspicionMs) {
        if (!(await isArchived(archiveOf(context.deps.engine, context.plan), segment))) {
          failure = missing(context, segment);
          abort.abort(failure);
          return;
        }
        since = context.deps.now();
      }
      await Promise.race([context.deps.sleep(context.limits.watchMs), over]);
    }
  };
  const running = watch().catch((error: unknown) => {
    // The watch itself failed (the repository cannot be read): the start is not judged by that.
    if (!(error instanceof Failure)) abort.abort(error);
  });
  return {
    signal: abort.signal,
    get failure() {
      return failure;
    },
    async stop() {
      ended.abort();
      await running;
    },
  };
}

/** `postgres: startup waiting for 000000010000000000000005`, or `recovering` for one that is being replayed. */
export async function waitedFor(dataDirectory: string): Promise<string | undefined> {
  for (const pid of await findServerProcesses(dataDirectory)) {
    const title = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    const match = /startup\s+(?:waiting for|recovering) ([0-9A-F]{24})/.exec(title);
    if (match) return match[1];
  }
  return undefined;
}

function missing(context: RestoreContext, segment: string): Failure {
  const { plan } = context;
  return new Failure('target-unreachable', {
    operation: `recover stanza ${plan.stanza}`,
    place: `repository ${plan.repository.name}`,
    problem: `recovery waits for WAL segment ${segment}, which is not in the archive`,
    hint:
      `Set ${plan.set.label} cannot be made consistent without it. Undo with \`holdfast undo ${plan.id}\`, then ` +
      'restore another set (`--set`) or from another repository (`--repo`).',
    details: { segment },
  });
}
