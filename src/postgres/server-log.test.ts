import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readNewLogLines } from './server-log.ts';

it('gives new lines, and a failed archive command without its secrets', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'hf-server-log-'));
  try {
    const file = join(directory, 'log');
    const old = 'LOG:  old\n';
    writeFileSync(
      file,
      `${old}LOG:  archive command failed with exit code 1\n\nDETAIL:  The failed archive command was: AWS_SECRET_ACCESS_KEY=m4rk3r wal-g wal-push pg_wal/1\n`,
    );
    expect(await readNewLogLines(directory, file, new Map([[file, old.length]]))).toEqual([
      'LOG:  archive command failed with exit code 1',
      'DETAIL:  The failed archive command was: AWS_SECRET_ACCESS_KEY=(hidden) wal-g wal-push pg_wal/1',
    ]);
  } finally {
    rmSync(directory, { recursive: true });
  }
});
