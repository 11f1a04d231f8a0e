import type { Engine, EngineRunOptions } from '../../engine/engine.ts';
import { readCatalogue } from '../../engine/info.ts';
import { Failure } from '../../model/failure.ts';
import { describePin } from '../../model/pin.ts';
import type { Repository } from '../../model/repository.ts';
import { listPins } from '../pins/list-pins.ts';
import type { MaintenancePart } from './maintenance-plan.ts';

/** Pins whose time is over: they bind nobody any more. A repository that does not answer is looked at another time. */
export async function planExpiredPins(
  engine: Engine,
  stanza: string,
  repositories: readonly Repository[],
  run: Pick<EngineRunOptions, 'signal' | 'onSpawn'> & { readonly now: number },
): Promise<MaintenancePart> {
  const { now, ...options } = run;
  try {
    const pins = listPins(await readCatalogue(engine, stanza, options), repositories, now);
    const actions = pins
      .filter((pin) => !pin.binds)
      .map(({ repository, label, pin }) => ({
        kind: 'remove-pin' as const,
        repository,
        label,
        why: `pinned ${describePin(pin)}, which is over`,
      }));
    return { actions, findings: [] };
  } catch (error) {
    if (!(error instanceof Failure) || error.kind === 'interrupted') throw error;
    const finding = {
      rule: 'pins-unread',
      severity: 'advice' as const,
      subject: `stanza ${stanza}`,
      problem: 'pins whose time is over were not looked for',
      evidence: error.problem,
      remedy: error.hint ?? 'Look at `holdfast info`.',
    };
    return { actions: [], findings: [finding] };
  }
}
