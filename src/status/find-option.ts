import type { Configuration, PassThroughOption, Stanza } from '../config/configuration.ts';
import { parseByteSize } from '../model/byte-size.ts';

/**
 * The value of `archive-push-queue-max` that holds for a stanza, bytes. What is given for the command or for the stanza
 * comes before what is given for all, as in pgBackRest's sections. Holdfast sets none by itself.
 *
 * @see https://pgbackrest.org/configuration.html#section-archive/option-archive-push-queue-max
 */
export function findQueueMax(
  { options }: Pick<Configuration, 'options'>,
  stanza: Pick<Stanza, 'options'>,
): number | undefined {
  const isIt = ({ name, command }: PassThroughOption): boolean =>
    (name === 'archive-push-queue-max' || name === 'archive-queue-max') &&
    (command === undefined || command === 'archive-push');
  const found = [...stanza.options, ...options].filter(isIt);
  const { value } = found.find(({ command }) => command !== undefined) ?? found[0] ?? {};
  return typeof value === 'string' ? parseByteSize(value) : undefined;
}
