import type { Stanza } from '../config/configuration.ts';
import { changePin } from '../jobs/pins/change-pin.ts';
import type { Pin } from '../model/pin.ts';
import type { CommandContext } from './context.ts';
import { recordRun } from './record-run.ts';

/** Pins a set in each of the repositories, or with `pin` undefined unpins it; each is a run of the journal. */
export async function runPinChanges(
  stanza: Stanza,
  label: string,
  pin: Pin | undefined,
  repositories: readonly { readonly name: string; readonly key: number }[],
  context: CommandContext,
): Promise<void> {
  const { signal, onSpawn } = context;
  const engine = await context.engine();
  for (const repository of repositories) {
    await recordRun(context, { kind: 'pin', stanza: stanza.name }, async (journal, runId) => {
      journal.updateRun(runId, { repository: repository.name, label });
      const change = { stanza: stanza.name, repository, label, pin };
      await changePin(engine, change, { signal, onSpawn });
      return { value: undefined, facts: { pin: pin ?? 'removed' } };
    });
  }
}
