import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { createKnownRows, readKnownRows } from '../support/data.ts';
import { createProtectedBed, refusalOf } from '../support/protected-bed.ts';

it('a wrong passphrase is named by every command, printed by none, and nothing is lost by it', async () => {
  await using bed = await createProtectedBed({
    name: 'phrase',
    repositories: { vault: { encryption: true } },
  });
  const rows = await createKnownRows(bed.cluster, 10);
  await bed.backup('full', 'vault');
  const pid = bed.cluster.pid();
  const secret = bed.sandbox.file('holdfast/secrets/main-vault');
  const right = readFileSync(secret, 'utf8');
  const useSecret = async (text: string): Promise<void> => {
    bed.sandbox.write(secret, text);
    await bed.mustRun(['render', 'pgbackrest', '--out', '/']);
  };

  await useSecret('an entirely different phrase\n');
  for (const args of [
    ['restore', '--to', 'latest', '--yes'],
    ['restore', '--to', 'immediate', '--into', bed.sandbox.file('copy'), '--yes'],
    ['restore', '--to', 'latest', '--plan'],
    ['backup', '--type', 'full'],
  ]) {
    const result = await bed.run([...args, '--json']);
    expect(refusalOf(result)).toMatchObject({ kind: 'passphrase-wrong', code: 76 });
    expect(refusalOf(result).hint).not.toBe('');
    expect(result.stdout + result.stderr).not.toMatch(/entirely different|for tests only/);
  }
  const info = await bed.run(['info', '--json']);
  expect(info.code).not.toBe(0);
  expect(info.stdout + info.stderr).not.toMatch(/entirely different|for tests only/);
  expect(bed.cluster.pid()).toBe(pid);
  expect(await readKnownRows(bed.cluster)).toEqual(rows);

  await useSecret(right);
  await using copy = await bed.restoreCopy('--to', 'immediate');
  expect(await readKnownRows(copy)).toEqual(rows);
});
