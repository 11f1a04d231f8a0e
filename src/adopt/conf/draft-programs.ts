import type { DraftBuilder } from './draft-builder.ts';

/**
 * `bin` of each local node whose server runs from a directory where nobody would look for it: once that server is
 * down, for a restore, it could not be found any more.
 *
 * @param programs directory of the programs by data directory
 */
export function draftPrograms(
  builder: DraftBuilder,
  programs: ReadonlyMap<string, string>,
  stanzas: readonly string[],
): void {
  for (const stanza of stanzas) {
    for (let index = 0; builder.has(['stanzas', stanza, 'postgres', index]); index += 1) {
      const node = ['stanzas', stanza, 'postgres', index];
      const directory = programs.get(String(builder.valueAt([...node, 'path'])));
      if (directory !== undefined && !builder.has([...node, 'host']))
        builder.set([...node, 'bin'], directory);
    }
  }
}
