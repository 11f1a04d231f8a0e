import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type { EngineProgram } from '../../engine/engine.ts';
import { readRepositoryFile } from '../../engine/repo-get.ts';
import { Failure } from '../../model/failure.ts';
import { parseStoredSegment } from '../../model/wal.ts';
import { decompressSegment } from './decompress.ts';

/** A WAL segment as one repository has it. */
export interface StoredSegmentPlace {
  readonly engine: EngineProgram;
  readonly stanza: string;
  readonly repositoryKey: number;
  readonly archiveId: string;
  /** Relative to the archive id: `0000000100000000/000000010000000000000004-SHA1.gz`. */
  readonly file: string;
  /** Bytes. */
  readonly segmentSize: number;
  /** PATH, for the programs of compressions that node does not know. */
  readonly path: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads a segment out of a repository: decrypted, decompressed, and the one that archive-push was given, as the SHA-1 in
 * its name says (`src/command/archive/push/file.c`). The engine itself does not compare it when it gives a segment to
 * PostgreSQL, which takes the first record that is damaged for the end of the WAL.
 *
 * @throws Failure of the engine; repository-damaged, and nothing-found when a program is missing
 */
export async function readStoredSegment(place: StoredSegmentPlace): Promise<Buffer> {
  const { engine, stanza, repositoryKey, file, signal } = place;
  const path = `archive/${stanza}/${place.archiveId}/${file}`;
  const stored = await readRepositoryFile(engine, { stanza, repositoryKey, path }, { signal });
  const bytes = await decompressSegment(stored, file, place.segmentSize, place.path);
  const expected = parseStoredSegment(basename(file))?.checksum;
  if (expected === undefined || createHash('sha1').update(bytes).digest('hex') === expected) return bytes;
  throw new Failure('repository-damaged', {
    operation: 'read WAL from the repository',
    place: file,
    problem: 'the stored segment is not what was archived: its checksum is another one',
    hint: 'Run pgbackrest verify for the repository; restore from another repository with --repo meanwhile.',
  });
}
