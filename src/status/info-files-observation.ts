/**
 * The two files that pgBackRest keeps twice in each repository, and without which nothing in it can be restored:
 * `backup/STANZA/backup.info` and `archive/STANZA/archive.info`, each with a `.copy` beside it.
 */
export interface InfoFilesObservation {
  /** Epoch milliseconds. */
  readonly seenAt: number;
  readonly pairs: readonly InfoPair[];
}

export interface InfoPair {
  /** In the repository, without `.copy`. */
  readonly path: string;
  readonly main: InfoCopy;
  readonly copy: InfoCopy;
}

/** One of both, as it was read through the engine. */
export type InfoCopy =
  | {
      readonly state: 'whole';
      /** Of all of its bytes: two copies with the same one are the same. */
      readonly digest: string;
      /** Labels of the sets that it lists; none in `archive.info`. */
      readonly sets: readonly string[];
      /** The history id of the newest database that it knows. */
      readonly databaseId: number | undefined;
    }
  | {
      readonly state: 'damaged';
      /** Lower case, no full stop. */
      readonly problem: string;
    }
  | { readonly state: 'missing' };

/** Both are there, whole, and the same. */
export function isSound({ main, copy }: InfoPair): boolean {
  return main.state === 'whole' && copy.state === 'whole' && main.digest === copy.digest;
}
