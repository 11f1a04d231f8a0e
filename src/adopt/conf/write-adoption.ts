import { copyFile, constants } from 'node:fs/promises';
import { applyFileWrites } from '../../engine/conf/apply-file-writes.ts';
import { planFileWrites } from '../../engine/conf/plan-file-writes.ts';
import type { RenderedFile } from '../../engine/conf/render-conf.ts';
import { Failure } from '../../model/failure.ts';
import type { Adoption } from './adopt-installation.ts';
import type { SecretMode } from './secret-places.ts';

export interface WriteRequest {
  readonly output: string;
  readonly secrets: SecretMode;
  /** Name of the user that the files are for. */
  readonly owner: string;
  readonly currentUid: number;
  /** Replace files that are there; a numbered copy of each is kept. */
  readonly force: boolean;
}

/** What was written, and where the files are that were there before. */
export interface WriteOutcome {
  readonly written: readonly string[];
  readonly kept: readonly { readonly path: string; readonly copy: string }[];
}

/**
 * Writes the secrets and then holdfast.yaml, so that a file which is there can be used. A run that was killed is
 * finished by another one: what it wrote is found as it should be.
 *
 * @throws Failure edited-by-hand when a file is there and `force` is not given; not-permitted, disk-full, file-unusable
 */
export async function writeAdoption(adoption: Adoption, request: WriteRequest): Promise<WriteOutcome> {
  const { owner, output, secrets, force } = request;
  const files: RenderedFile[] = [
    ...adoption.secretFiles.map(({ path, content }) => ({ path, content, mode: 0o600, owner, secret: true })),
    {
      path: output,
      content: adoption.text,
      mode: secrets === 'keep' ? 0o600 : 0o640,
      owner,
      secret: secrets === 'keep',
    },
  ];
  const changes = await planFileWrites(files);
  const there = changes.filter(({ state }) => state === 'edited-by-hand' || state === 'changed');
  if (there.length > 0 && !force) throw alreadyThere(there.map(({ path }) => path));
  const kept: { path: string; copy: string }[] = [];
  for (const { path } of there) kept.push({ path, copy: await keepCopy(path) });
  const { written } = await applyFileWrites(
    changes.map((change) => (change.state === 'edited-by-hand' ? { ...change, state: 'changed' } : change)),
    { currentUid: request.currentUid },
  );
  return { written, kept };
}

/** The first free number; two runs at once get different ones. */
async function keepCopy(path: string): Promise<string> {
  for (let number = 1; ; number += 1) {
    const copy = `${path}.${number}`;
    try {
      await copyFile(path, copy, constants.COPYFILE_EXCL);
      return copy;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

function alreadyThere(paths: readonly string[]): Failure {
  return new Failure('edited-by-hand', {
    operation: 'write the configuration that was taken over',
    place: paths.join(', '),
    problem: 'a file is there already, and it is not the same',
    hint: 'Name another file with --output, or replace it with --force; a numbered copy is kept.',
  });
}
