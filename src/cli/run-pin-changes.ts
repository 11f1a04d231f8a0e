import type { Stanza } from '../config/configuration.ts';
import { changePin } from '../jobs/pins/change-pin.ts';
import type { JobEvent } from '../model/job.ts';
import type { Pin } from '../model/pin.ts';
import type { CommandContext } from './context.ts';
import { createJobDeps } from './create-job-deps.ts';

/** Pins a set in each of the repositories, or with `pin` undefined unpins it; each is a run of the journal. */
export async function runPinChanges(
  stanza: Stanza,
  label: string,
  pin: Pin | undefined,
  repositories: readonly { readonly name: string; readonly key: number }[],
  context: CommandContext,
): Promise<void> {
  const { signal, onSpawn, cause, terminal } = context;
  const deps = await createJobDeps(context);
  const actor = await context.actor();
  const emit = (event: JobEvent): void => {
    if (event.kind === 'note') terminal.printNote(`holdfast: ${event.text}`);
  };
  for (const repository of repositories) {
    const options = { signal, onSpawn, emit };
    await changePin({ repository, label, pin }, { stanza, deps, options, actor, cause });
  }
}
