import type { Configuration, Stanza } from '../../config/configuration.ts';
import type { Compression } from '../../cost/compression.ts';
import { defaultCompressLevels } from '../../engine/conf/tuning.ts';

/**
 * How the sets of a stanza are compressed: what its options say, then those of all stanzas, then Holdfast's choice or the
 * engine's own (pgBackRest configuration reference: gz; each type has a level of its own).
 */
export function usedCompression({ options, engine }: Configuration, stanza: Stanza): Compression {
  const given = (name: string): string | undefined =>
    [...stanza.options, ...options]
      .filter((option) => option.name === name && (option.command ?? 'backup') === 'backup')
      .map(({ value }) => value)
      .find((value) => typeof value === 'string');
  const [type, level] = [given('compress-type'), given('compress-level')];
  if (type === undefined && engine.defaults !== 'own') return { type: 'zst', level: Number(level ?? 1) };
  const used = type ?? 'gz';
  return { type: used, level: Number(level ?? defaultCompressLevels[used] ?? 0) };
}
