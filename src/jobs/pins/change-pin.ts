import { runAnnotate } from '../../engine/annotate.ts';
import type { Engine, EngineRunOptions } from '../../engine/engine.ts';
import { readCatalogue } from '../../engine/info.ts';
import { Failure } from '../../model/failure.ts';
import { formatPin, longestReason, type Pin, pinAnnotation } from '../../model/pin.ts';

/** What is to be pinned, or with `pin` undefined no longer. */
export interface PinChange {
  readonly stanza: string;
  readonly repository: { readonly name: string; readonly key: number };
  readonly label: string;
  readonly pin: Pin | undefined;
}

/**
 * Writes or removes the pin of one set in one repository, and reads it back. To be called under the lease of the
 * repository: the engine replaces backup.info.
 *
 * @throws Failure as runEngine; proof-failed when the repository does not have it afterwards
 */
export async function changePin(
  engine: Engine,
  change: PinChange,
  options: Pick<EngineRunOptions, 'signal' | 'onSpawn'> = {},
): Promise<void> {
  const { stanza, repository, label, pin } = change;
  const value = pin === undefined ? '' : formatPin(pin);
  const place = { stanza, repositoryKey: repository.key };
  await runAnnotate(engine, { ...place, set: label, annotations: { [pinAnnotation]: value } }, options);
  const catalogue = await readCatalogue(engine, stanza, { ...options, repositoryKey: repository.key });
  const set = catalogue.sets.find((one) => one.label === label && one.repositoryKey === repository.key);
  if ((set?.annotations[pinAnnotation] ?? '') === value && set !== undefined) return;
  throw new Failure('proof-failed', {
    operation: `${pin === undefined ? 'unpin' : 'pin'} set ${label}`,
    place: `repository ${repository.name}`,
    problem: 'pgbackrest reported success, but the repository does not show it',
    hint: 'Make sure that no other host or tool works with this repository, then run the command again.',
  });
}

/**
 * A reason as it can be kept.
 *
 * @throws Failure usage when it is empty, too long, or has characters that a log could not show
 */
export function readReason(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const reason = text.trim();
  const problem =
    reason === ''
      ? 'is empty'
      : reason.length > longestReason
        ? `has more than ${longestReason} characters`
        : /\p{C}/u.test(reason)
          ? 'has a control character'
          : undefined;
  if (problem === undefined) return reason;
  throw new Failure('usage', {
    operation: 'read --because',
    problem: `the text ${problem}`,
    hint: 'Write it as --because "before the upgrade to 17".',
  });
}
