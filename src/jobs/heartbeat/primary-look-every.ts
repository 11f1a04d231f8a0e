import type { Configuration } from '../../config/configuration.ts';

/**
 * How often primaries are looked at, milliseconds: as the file says, and as often as a heartbeat is due, because looks
 * write them.
 */
export function primaryLookEveryMs({ stanzas, watch }: Pick<Configuration, 'stanzas' | 'watch'>): number {
  const beats = stanzas.flatMap(({ heartbeat }) =>
    heartbeat === undefined || heartbeat.form === 'off' ? [] : [heartbeat.every],
  );
  return Math.min(watch.primary, ...beats) * 1000;
}
