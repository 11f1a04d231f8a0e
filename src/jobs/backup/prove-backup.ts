import type { Engine } from '../../engine/engine.ts';
import { readCatalogue } from '../../engine/info.ts';
import type { BackupSet } from '../../model/backup-set.ts';
import { Failure } from '../../model/failure.ts';

/**
 * Looks for a set that was just taken in the repository's catalogue. An exit code of 0 is no proof: page checksum
 * errors are only a warning to the engine (pgBackRest User Guide, option checksum-page).
 *
 * @throws Failure proof-failed when it is not there, repository-damaged when it has pages with wrong checksums
 */
export async function proveBackup(
  engine: Engine,
  backup: {
    readonly stanza: string;
    readonly repository: { name: string; key: number };
    readonly label: string;
  },
  deps: { readonly onSpawn?: ((pid: number) => void) | undefined },
): Promise<BackupSet> {
  const { stanza, repository, label } = backup;
  const catalogue = await readCatalogue(engine, stanza, {
    repositoryKey: repository.key,
    onSpawn: deps.onSpawn,
  });
  const set = catalogue.sets.find(
    (candidate) => candidate.label === label && candidate.repositoryKey === repository.key,
  );
  const operation = `prove backup ${label}`;
  if (set === undefined) {
    throw new Failure('proof-failed', {
      operation,
      place: `repository ${repository.name}`,
      problem: 'pgbackrest reported success, but the set is not in the repository',
      hint: 'Make sure that no other host or tool works with this repository, then take the backup again.',
    });
  }
  return judgeSet(set, repository);
}

/** The set itself, when no page of it had a wrong checksum. @throws Failure repository-damaged */
export function judgeSet(set: BackupSet, repository: { readonly name: string }): BackupSet {
  const { label } = set;
  if (set.error) {
    throw new Failure('repository-damaged', {
      operation: `prove backup ${label}`,
      place: `repository ${repository.name}`,
      problem: 'pages of the cluster had wrong checksums while they were copied',
      hint: `The damage is in the running cluster's own files; the set was kept as it is. \`holdfast info --set ${label}\` and pgBackRest's log name them. Check the disks, and keep an older backup until the cluster is sound.`,
      details: { label },
    });
  }
  return set;
}
