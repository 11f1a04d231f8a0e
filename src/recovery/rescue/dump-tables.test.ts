import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { dumpTables } from './dump-tables.ts';
import type { Side } from './read-tables.ts';

it('says that there is no pg_dump', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'hf-dump-'));
  const owner = { name: 'postgres', home: directory };
  const server = { binDirectory: directory, owner, socketDirectory: directory, node: { port: 1 } };
  const side = { server, database: 'postgres' } as unknown as Side;
  try {
    await expect(
      dumpTables(side, { schemas: ['sales'] }, 'whole', join(directory, 'part.sql')),
    ).rejects.toMatchObject({ kind: 'nothing-found', place: directory, problem: 'there is no pg_dump' });
  } finally {
    rmSync(directory, { recursive: true });
  }
});
